import { asTraceId } from '@ttp/core';
import { createSigner, LOG_PURPOSES, utf8 } from '@ttp/crypto';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { bundleEntries, bundlePayloads, verifyTrace } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { exampleBundles, failed, GUEST } from './example.js';
import { bench, event, NOW, TRACE, TRUST } from './fixture.js';
import { changed, type Line, linesOf, resigned } from './forge.js';

const { log, trace, selection } = await exampleBundles();
const entryLines = (bundle: string) => linesOf(bundle).filter(({ kind }) => kind === 'entry');
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

describe('an exported bundle', () => {
  it('of the whole log verifies offline: every check was made and passed', () => {
    proves('law.E-6', 'etr-merkle.proofs.independent');
    const report = verifyTrace(log, TRUST);
    expect(report).toMatchObject({
      valid: true,
      entries: 6,
      origin: `${POINT}/log/0`,
      at: NOW,
      findings: [],
    });
    // Nothing in it sets a mode.
    expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([
      { check: 'mode', status: 'skipped' },
    ]);
    expect([report.checks.length, report.tamperEvident]).toEqual([10, true]);
    expect(report.head?.size).toBe(6n);
    expect(verifyTrace(utf8(log), TRUST)).toEqual(report);
    expect(entryLines(log).every((line) => !('proof' in line))).toBe(true);
  });

  it('of a trace or a selection proves each of its entries', () => {
    proves('law.E-6', 'etr-merkle.proofs.independent');
    expect(verifyTrace(trace, TRUST)).toMatchObject({ valid: true, entries: 4 });
    expect(entryLines(trace).every((line) => 'proof' in line)).toBe(true);
    expect(verifyTrace(selection, TRUST)).toMatchObject({ valid: true, entries: 1 });
    expect(bundleEntries(trace).map(({ index, type }) => [index, type])).toEqual([
      [0n, 'decision-made'],
      [1n, 'intent-recorded'],
      [3n, 'effect-finished'],
      [5n, 'trace-sealed'],
    ]);
  });

  it('of an empty log verifies too', async () => {
    const { recorder } = await bench();
    expect(verifyTrace(await recorder.exportBundle(), TRUST)).toMatchObject({ valid: true, entries: 0 });
  });

  it('is canonical JSON, line by line', () => {
    for (const line of log.trimEnd().split('\n'))
      expect(Object.keys(JSON.parse(line)).length).toBeGreaterThan(2);
    expect(log.endsWith('\n')).toBe(true);
  });

  it('gives its payloads for replay, and refuses to where one is not what was committed to', async () => {
    expect([...bundlePayloads(log).values()]).toEqual([{ ask: 1 }]);
    const n = linesOf(log).findIndex(({ kind }) => kind === 'payload') + 2;
    const forged = await resigned(log, changed(linesOf(log), n, { json: '{"ask":2}' }));
    expect(codeThrownBy(() => bundlePayloads(forged))).toBe('ETR_BUNDLE_PAYLOAD');
    expect(codeThrownBy(() => bundlePayloads('x\n{}\n'))).toBe('ETR_BUNDLE_LINE');
  });
});

describe('a bundle with one bit changed', () => {
  it('is reported with the line that the bit is in, for every byte', async () => {
    proves('law.E-6', 'etr-merkle.proofs.independent');
    const { recorder } = await bench();
    const payload = recorder.payload(POINT, { ask: 1 });
    await recorder.record([event('decision-made', { data: { p: payload.hash } })], [payload]);
    const small = await recorder.exportBundle();
    const bytes = utf8(small);
    const wrong: number[] = [];
    let line = 1;
    for (const [at, byte] of bytes.entries()) {
      const report = verifyTrace(bytes.with(at, byte ^ (1 << (at % 8))), TRUST);
      if (report.valid || report.findings[0]?.line !== line) wrong.push(at);
      if (byte === 0x0a) line++;
    }
    expect([wrong, line]).toEqual([[], small.split('\n').length]);
  });

  it('or with bytes dropped, doubled, swapped or added is never valid', async () => {
    await withSeed('mangled bundles', 200, (random) => {
      const bytes = utf8(log);
      const [i, j] = [random.int(bytes.length), random.int(bytes.length)].sort((a, b) => a - b);
      const mangled = [
        () => [...bytes.slice(0, i), ...bytes.slice((j ?? 0) + 1)],
        () => [...bytes.slice(0, j), ...bytes.slice(i)],
        () => [...bytes, ...random.bytes(1 + random.int(40))],
        () => [...random.bytes(1 + random.int(40)), ...bytes],
      ];
      const result = Uint8Array.from(random.pick(mangled)());
      expect(result.length === bytes.length || !verifyTrace(result, TRUST).valid).toBe(true);
    });
  });

  it('names the missing and the surplus line', () => {
    const lines = log.trimEnd().split('\n');
    expect(failed(verifyTrace(text(lines.slice(0, -1)), TRUST))).toEqual([[lines.length, 'ETR_BUNDLE_LINE']]);
    expect(failed(verifyTrace(`${log}{}\n`, TRUST))).toEqual([[lines.length + 1, 'ETR_BUNDLE_LINE']]);
    expect(failed(verifyTrace(log.slice(0, -1), TRUST))).toEqual([[lines.length, 'ETR_BUNDLE_LINE']]);
    const swapped = [...lines.slice(0, 3), lines[4] ?? '', lines[3] ?? '', ...lines.slice(5)];
    expect(failed(verifyTrace(text(swapped), TRUST))).toEqual([
      [4, 'ETR_BUNDLE_LINE'],
      [5, 'ETR_BUNDLE_LINE'],
    ]);
  });
});

describe('the first line', () => {
  it('is believed with a trusted key only', () => {
    const stranger = logKey(2);
    const keys = [
      [],
      [{ origin: POINT, kid: logKey().kid, publicKey: stranger.publicKey }],
      [{ origin: POINT, kid: `${POINT}#log-2`, publicKey: logKey().publicKey }],
      [{ origin: GUEST, kid: logKey().kid, publicKey: logKey().publicKey }],
      [{ origin: POINT.slice(0, -1), kid: logKey().kid, publicKey: logKey().publicKey }],
    ];
    for (const logKeys of keys) {
      const report = verifyTrace(log, { logKeys });
      expect([report.valid, failed(report), report.origin]).toEqual([
        false,
        [[1, 'ETR_BUNDLE_SIGNATURE']],
        undefined,
      ]);
      expect(report.checks.filter(({ status }) => status === 'skipped')).toHaveLength(9);
    }
  });

  it('is believed with any of several keys that have one name, and with none of them alone that is another’s', () => {
    const { kid, publicKey } = logKey();
    const others = [
      { origin: POINT, kid, publicKey: logKey(2).publicKey },
      { origin: GUEST, kid, publicKey },
      { origin: GUEST, kid, publicKey: logKey(3).publicKey },
    ];
    expect(failed(verifyTrace(log, { logKeys: others }))).toEqual([[1, 'ETR_BUNDLE_SIGNATURE']]);
    for (let at = 0; at <= others.length; at++) {
      const logKeys = others.toSpliced(at, 0, { origin: POINT, kid, publicKey });
      expect(verifyTrace(log, { logKeys })).toMatchObject({ valid: true, findings: [] });
    }
  });

  it('is not signed by a key in somebody else’s name', async () => {
    const seed = new Uint8Array(32).fill(5);
    const mallory = createSigner({ seed, kid: `${GUEST}#log-1`, purposes: LOG_PURPOSES });
    const logKeys = [{ origin: GUEST, kid: mallory.kid, publicKey: mallory.publicKey }, ...TRUST.logKeys];
    // Trusted for its own logs, it does not get to speak for those of others.
    const forged = await resigned(log, linesOf(log), {}, mallory);
    expect(failed(verifyTrace(forged, { logKeys }))).toEqual([[1, 'ETR_BUNDLE_SIGNATURE']]);
    const own = await resigned(log, linesOf(log), { origin: `${GUEST}/log/0` }, mallory);
    expect(verifyTrace(own, { logKeys }).findings[0]).toMatchObject({ line: 2, check: 'head' });
  });

  it('may not come from the future of a verifier who knows the time', () => {
    expect(verifyTrace(log, { ...TRUST, now: NOW - 60_000 }).valid).toBe(true);
    expect(failed(verifyTrace(log, { ...TRUST, now: NOW - 60_001 }))).toEqual([[1, 'ETR_BUNDLE_SIGNATURE']]);
  });

  it('with a body that is no manifest is refused', async () => {
    const bodies: Line[] = [
      { v: 2 },
      { more: 1 },
      { scope: 'all' },
      { scope: 'trace' },
      { trace: TRACE },
      { treeSize: -1 },
    ];
    for (const body of [
      ...bodies,
      { lines: 'x' },
      { lines: ['x'] },
      { origin: 7 },
      { origin: `${POINT}/log/x` },
    ])
      expect(failed(verifyTrace(await resigned(log, linesOf(log), body), TRUST))).toEqual([
        [1, 'ETR_BUNDLE_SIGNATURE'],
      ]);
  });
});

describe('hostile input', () => {
  it('never throws, and is never valid', async () => {
    proves('law.E-2');
    const inputs: unknown[] = [
      '',
      '\n',
      '{}',
      'null\n',
      '\u0000',
      '\ud800\n',
      new Uint8Array(0),
      Uint8Array.of(0xff, 0x0a),
    ];
    inputs.push(
      '['.repeat(100_000),
      `{"a":${'{"a":'.repeat(50_000)}`,
      '\n'.repeat(100_000),
      undefined,
      7,
      {},
    );
    for (const input of inputs) {
      const report: unknown = Reflect.apply(verifyTrace, undefined, [input, TRUST]);
      expect(report).toMatchObject({ valid: false, findings: [{ line: 1, code: 'ETR_BUNDLE_SIGNATURE' }] });
    }
    await withSeed('random bundles', 200, (random) => {
      expect(verifyTrace(random.bytes(random.int(300)), TRUST).valid).toBe(false);
    });
  });

  it('of another trace does not pass for this one', async () => {
    const other = asTraceId('f'.repeat(32));
    const forged = await resigned(trace, linesOf(trace), { trace: other });
    expect(new Set(verifyTrace(forged, TRUST).findings.map(({ code }) => code))).toEqual(
      new Set(['ETR_BUNDLE_LINE']),
    );
  });
});
