import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { verifyTrace } from '../../src/trace/index.js';
import { POINT } from '../fixture.js';
import { exampleBundles, failed } from './example.js';
import { bench, event, NOW, TRUST, traceOf } from './fixture.js';
import { changed, type Line, leafOf, linesOf, resigned, textOf, withLeaf } from './forge.js';

const { log, trace } = await exampleBundles();

/** What a dishonest holder of the log key, or of a copy of the log, might export; each with its finding. */
const FORGERIES: [string, string, (lines: Line[]) => (Line | string)[], [number, string][]][] = [
  [
    'an altered entry',
    log,
    (l) => withLeaf(l, 4, { subject: 'another' }),
    [
      [5, 'ETR_BUNDLE_CHAIN'],
      [9, 'ETR_BUNDLE_SEAL'],
      [3, 'ETR_BUNDLE_INCLUSION'],
    ],
  ],
  ['an altered last entry', log, (l) => withLeaf(l, 9, { at: NOW + 1 }), [[3, 'ETR_BUNDLE_INCLUSION']]],
  [
    'a dropped entry',
    log,
    (l) => l.toSpliced(4, 1),
    [
      [6, 'ETR_BUNDLE_LINE'],
      [7, 'ETR_BUNDLE_TRACE'],
      [3, 'ETR_BUNDLE_INCLUSION'],
    ],
  ],
  ['a dropped tail', log, (l) => l.toSpliced(7, 1), [[3, 'ETR_BUNDLE_INCLUSION']]],
  [
    'an entry of another place',
    trace,
    (l) => changed(l, 4, { index: 2 }),
    [
      [5, 'ETR_BUNDLE_LINE'],
      [4, 'ETR_BUNDLE_INCLUSION'],
    ],
  ],
  [
    'an altered entry with its old proof',
    trace,
    (l) => withLeaf(l, 6, { at: NOW + 1 }),
    [
      [7, 'ETR_BUNDLE_SEAL'],
      [6, 'ETR_BUNDLE_INCLUSION'],
    ],
  ],
  [
    'an entry without its proof',
    trace,
    (l) => l.map(({ proof, ...line }) => (line['index'] === 3 ? line : { ...line, ...(proof && { proof }) })),
    [[6, 'ETR_BUNDLE_INCLUSION']],
  ],
  ['a gap in a trace', trace, (l) => l.toSpliced(3, 1), [[5, 'ETR_BUNDLE_TRACE']]],
  [
    'an entry of another trace',
    trace,
    (l) => withLeaf(l, 4, { trace: traceOf(9) }),
    [
      [4, 'ETR_BUNDLE_LINE'],
      [5, 'ETR_BUNDLE_CHAIN'],
      [5, 'ETR_BUNDLE_TRACE'],
      [4, 'ETR_BUNDLE_INCLUSION'],
    ],
  ],
  [
    'a seal with another count',
    trace,
    (l) => withLeaf(l, 7, { data: { ...Object(leafOf(l[5])['data']), count: 2 } }),
    [
      [7, 'ETR_BUNDLE_SEAL'],
      [7, 'ETR_BUNDLE_INCLUSION'],
    ],
  ],
  [
    'an entry after the seal',
    trace,
    (l) => [...l.slice(0, 6), { ...l[4], index: 6 }, ...l.slice(6)],
    [
      [8, 'ETR_BUNDLE_CHAIN'],
      [8, 'ETR_BUNDLE_SEAL'],
      [8, 'ETR_BUNDLE_INCLUSION'],
    ],
  ],
  ['no tree head', trace, (l) => l.toSpliced(1, 1), [[3, 'ETR_BUNDLE_HEAD']]],
  [
    'the tree head of another size',
    trace,
    (l) => changed(l, 3, { checkpoint: textOf(l[1], 'checkpoint').replace('\n6\n', '\n7\n') }),
    [[3, 'ETR_BUNDLE_HEAD']],
  ],
  ['another key to show', trace, (l) => changed(l, 2, { kid: `${POINT}#log-9` }), [[2, 'ETR_BUNDLE_HEAD']]],
  ['another payload', trace, (l) => changed(l, 9, { json: '{"ask":2}' }), [[9, 'ETR_BUNDLE_PAYLOAD']]],
  ['another salt', trace, (l) => changed(l, 9, { salt: 'A'.repeat(43) }), [[9, 'ETR_BUNDLE_PAYLOAD']]],
  [
    'a payload nobody committed to',
    trace,
    (l) => [...l, { kind: 'absent', hash: `sha256:${'0'.repeat(64)}`, reason: 'erased' }],
    [[10, 'ETR_BUNDLE_PAYLOAD']],
  ],
  ['a payload twice', trace, (l) => [...l, l[6] ?? {}], [[10, 'ETR_BUNDLE_PAYLOAD']]],
  [
    'entries after payloads',
    trace,
    (l) => [...l.slice(0, 5), ...l.slice(6), l[5] ?? {}],
    [[9, 'ETR_BUNDLE_LINE']],
  ],
  ['a line of an unknown kind', trace, (l) => [...l, { kind: 'other' }], [[10, 'ETR_BUNDLE_LINE']]],
  ['a line that is no JSON', trace, (l) => [...l, '{'], [[10, 'ETR_BUNDLE_LINE']]],
  ['a line with a surplus member', trace, (l) => changed(l, 8, { more: 1 }), [[8, 'ETR_BUNDLE_LINE']]],
  [
    'a leaf that is not canonical',
    trace,
    (l) => changed(l, 4, { leaf: textOf(l[2], 'leaf').replace('{', '{ ') }),
    [[4, 'ETR_BUNDLE_LINE']],
  ],
  ['a proof that is none', trace, (l) => changed(l, 4, { proof: 'x' }), [[4, 'ETR_BUNDLE_LINE']]],
  ['an absence without a reason', trace, (l) => changed(l, 8, { reason: 'lost' }), [[8, 'ETR_BUNDLE_LINE']]],
  ['an empty line', trace, (l) => [...l, ''], [[10, 'ETR_BUNDLE_LINE']]],
];

describe('a bundle that the log key signed and that is wrong nevertheless', () => {
  it.each(FORGERIES)('%s', async (_, bundle, forge, expected) => {
    proves('law.E-2', 'law.E-6', 'flaw.E3');
    const report = verifyTrace(await resigned(bundle, forge(linesOf(bundle))), TRUST);
    expect(report.valid).toBe(false);
    expect(failed(report).map(String).toSorted()).toEqual(expected.map(String).toSorted());
  });

  it('a manifest for another size than the tree head', async () => {
    const report = verifyTrace(await resigned(trace, linesOf(trace), { treeSize: 7 }), TRUST);
    expect(failed(report)).toEqual([[3, 'ETR_BUNDLE_HEAD']]);
  });

  it('a whole trace that was dropped breaks the chains of its agents', async () => {
    proves('flaw.E3', 'etr-merkle.log.per-agent');
    const { recorder } = await bench();
    for (const n of [1, 2, 3]) await recorder.record([event('trace-opened', { trace: traceOf(n) })]);
    const bundle = await recorder.exportBundle();
    const without = linesOf(bundle).filter(
      (line) => line['kind'] !== 'entry' || leafOf(line)['trace'] !== traceOf(2),
    );
    const report = verifyTrace(await resigned(bundle, without), TRUST);
    expect(report.findings).toContainEqual(expect.objectContaining({ line: 5, code: 'ETR_BUNDLE_CHAIN' }));
    expect(report.findings).toContainEqual(
      expect.objectContaining({ line: 3, code: 'ETR_BUNDLE_INCLUSION' }),
    );
  });
});
