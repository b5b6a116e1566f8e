import { utf8 } from '@ttp/crypto';
import { proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { verifyTrace, verifyTraceStream } from '../../src/trace/index.js';
import { exampleBundles } from './example.js';
import { TRUST } from './fixture.js';
import { pieces, turns } from './pieces.js';

const { log, trace, selection } = await exampleBundles();

describe('a bundle in pieces', () => {
  it('gets the report that it gets as a whole, whatever was done to it', async () => {
    proves('law.E-6', 'etr-merkle.proofs.independent');
    await withSeed('bundles in pieces', 150, async (random) => {
      const bytes = utf8(random.pick([log, trace, selection])).slice();
      switch (random.int(4)) {
        case 0:
          bytes[random.int(bytes.length)] = random.int(256);
          break;
        case 1:
          bytes.fill(10, random.int(bytes.length), random.int(bytes.length));
          break;
        default:
      }
      const given = random.chance(0.2) ? bytes.slice(0, random.int(bytes.length)) : bytes;
      const most = random.pick([1, 7, 300, 4096]);
      const inPieces = pieces(given, () => 1 + random.int(most));
      const report = await verifyTraceStream(inPieces, TRUST, { timer: turns() });
      expect(report).toEqual(verifyTrace(given, TRUST));
    });
  });

  it('is not read on where its first line is not to be believed', async () => {
    let read = 0;
    const endless = function* (): Generator<Uint8Array> {
      for (;;) {
        read++;
        yield utf8('not a bundle\n');
      }
    };
    const report = await verifyTraceStream(endless(), TRUST, { timer: turns() });
    expect(report.findings.map(({ line, code }) => [line, code])).toEqual([[1, 'ETR_BUNDLE_SIGNATURE']]);
    expect(read).toBe(1);
  });

  it('of nothing is no bundle', async () => {
    const report = await verifyTraceStream([], TRUST, { timer: turns() });
    expect(report).toEqual(verifyTrace('', TRUST));
    expect(report.valid).toBe(false);
  });
});
