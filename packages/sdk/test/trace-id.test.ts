import { asTraceId, type TraceId } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

it('a trace begins with the interaction that it is of, and every entry of that carries its id', async () => {
  proves('etr-merkle.trace.create');
  const r = await rig();
  const own = r.ttp.trace().id;
  const other = asTraceId('ab'.repeat(16));
  expect(r.entries[0]).toMatchObject({ type: 'trace-opened', subject: own, trace: own, traceSeq: 0 });
  await r.read('data/a');
  await r.read('data/keys/a');
  const begun = r.entries.length;
  await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/b' }, trace: other }, (permit) => {
    permit.enter();
    return Promise.resolve('b');
  });
  await r.ttp.close();

  const traces = new Map<string, Set<TraceId>>();
  for (const { subject, trace } of r.entries)
    traces.set(subject, (traces.get(subject) ?? new Set()).add(trace));
  for (const ofOne of traces.values()) expect(ofOne.size).toBe(1);
  // Its first entry is that of the evidence, before anything is decided; its entries are numbered from there.
  const apart = r.entries.filter(({ trace }) => trace === other);
  expect(apart.map(({ traceSeq }) => traceSeq)).toEqual(apart.map((_, n) => n));
  expect(apart[0]).toMatchObject({ type: 'evidence-gathered', traceSeq: 0 });
  expect(apart.length).toBeGreaterThan(3);
  expect(r.entries.slice(begun).filter(({ trace }) => trace === own)).not.toContainEqual(
    expect.objectContaining({ subject: apart[0]?.subject }),
  );
  expect(r.ttp.trace().id).toBe(own);
});
