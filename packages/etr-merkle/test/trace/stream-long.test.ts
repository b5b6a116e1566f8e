import type { Json } from '@ttp/core';
import { encodeEnvelope, parseJson, utf8 } from '@ttp/crypto';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { Frontier } from '../../src/frontier.js';
import { formatNoteKey, leafHash, signHead } from '../../src/index.js';
import { VERIFY_SLICE_BYTES } from '../../src/limits.js';
import { hashText } from '../../src/proof.js';
import { type VerifyProgress, verifyTraceStream } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { NOW, TRACE, TRUST } from './fixture.js';
import { resigned } from './forge.js';
import { pieces, turns } from './pieces.js';

/** A browser, whose hashes take longer, verifies a twentieth. */
const COUNT = typeof globalThis.process === 'undefined' ? 5000 : 100_000;

/** The bundle of a log that one long trace has filled, made without a recorder. */
async function longBundle(): Promise<Uint8Array> {
  const [tree, lines] = [new Frontier(), Array<Record<string, Json>>()];
  let prev = 'null';
  for (let n = 0; n < COUNT; n++) {
    const leaf = `{"agent":"${POINT}","agentPrev":${prev},"agentSeq":${n},"at":${NOW},"component":"test","data":{},"subject":"${n}","trace":"${TRACE}","traceSeq":${n},"type":"decision-made","v":1}`;
    const hash = leafHash(utf8(leaf));
    tree.append(hash);
    prev = `"${hashText(hash)}"`;
    lines.push({ index: n, kind: 'entry', leaf });
  }
  const origin = `${POINT}/log/0`;
  const { kid, publicKey } = logKey();
  const head = { origin, size: BigInt(COUNT), root: tree.root() };
  const { signed } = await signHead(head, NOW, undefined, logKey());
  const texts = [
    { kind: 'key', kid, key: formatNoteKey({ name: origin, publicKey }) },
    { kind: 'head', checkpoint: signed.checkpoint, treeHead: parseJson(encodeEnvelope(signed.treeHead)) },
    ...lines,
  ];
  const manifest = { v: 1, origin, treeSize: COUNT, scope: 'log' };
  return utf8(await resigned('', texts, manifest, logKey(), true));
}

it('verifies a trace of 100 000 entries from its bundle, telling how far it is, with turns for everybody else', async () => {
  proves('law.E-6', 'etr-merkle.proofs.independent');
  const bundle = await longBundle();
  const timer = turns();
  const told: VerifyProgress[] = [];
  const report = await verifyTraceStream(
    pieces(bundle, () => 4096),
    TRUST,
    {
      timer,
      onProgress: (progress) => void told.push(progress),
    },
  );
  expect([report.findings, report.valid, report.entries]).toEqual([[], true, COUNT]);
  // Once for the first line, which names all others, and once for each slice of what follows.
  const rest = bundle.length - bundle.indexOf(10);
  expect(timer.count).toBeGreaterThan(rest / (VERIFY_SLICE_BYTES + 4096));
  expect(told.map(({ lines }) => lines)).toEqual(told.map(({ lines }) => lines).toSorted((a, b) => a - b));
  expect(told.at(-1)).toEqual({ lines: COUNT + 3, of: COUNT + 3 });
  // Where a line is not what was signed, the rest is only held against its hashes.
  const second = bundle.indexOf(10) + 20;
  bundle[second] = 0;
  const spoilt = await verifyTraceStream([bundle], TRUST, { timer });
  expect(spoilt.findings.map(({ line, code }) => [line, code])).toEqual([[2, 'ETR_BUNDLE_LINE']]);
}, 120_000);
