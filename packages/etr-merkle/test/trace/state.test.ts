import { type AppendLog, asTraceId, type Storage } from '@ttp/core';
import { canonicalBytes, fromUtf8, utf8 } from '@ttp/crypto';
import { codeRejectedBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { STATE_MAX_CHAINS } from '../../src/limits.js';
import { openRecorder, verifyTrace } from '../../src/trace/index.js';
import { type Bench, bench, entriesOf, event, TRUST, traceOf } from './fixture.js';

/** The storage, counting the entries that are read from its logs. */
function counting(storage: Storage): Storage & { readonly read: number } {
  let read = 0;
  const log = (name: string): AppendLog => {
    const inner = storage.log(name);
    return {
      append: (entries, size) => inner.append(entries, size),
      size: () => inner.size(),
      async *read(from, to) {
        for await (const entry of inner.read(from, to)) {
          read++;
          yield entry;
        }
      },
    };
  };
  return {
    ...storage,
    log,
    get read() {
      return read;
    },
  };
}

/** A log with open and sealed traces, open intents and three agents' worth of chains, under its tree head. */
async function long(entries = 40): Promise<Bench> {
  const at = await bench();
  const { recorder } = at;
  for (let n = 0; n < entries; n++)
    await recorder.record([
      event(n % 5 === 0 ? 'intent-recorded' : 'decision-made', { trace: traceOf(n % 3), subject: `${n}` }),
    ]);
  for (let n = 0; n < entries; n += 5)
    await recorder.record([event('effect-finished', { trace: traceOf(n % 3), subject: `${n}` })]);
  await recorder.seal(traceOf(0));
  await recorder.record([event('intent-recorded', { trace: traceOf(1), subject: 'left open' })]);
  await recorder.checkpoint();
  return at;
}

const keyOf = async ({ store }: Storage, prefix: string): Promise<string> => {
  for await (const key of store.list(prefix)) return key;
  return '';
};

describe('a log with a state', () => {
  it('is opened by its tail alone, and goes on as if it had been read', async () => {
    proves('etr-merkle.trace.recovery', 'etr-merkle.log.per-agent', 'law.E-1');
    const at = await long();
    const { recorder, storage, options } = at;
    const signed = recorder.size;
    await recorder.record([event('decision-made', { trace: traceOf(2) })]);
    const counted = counting(storage);
    const again = await openRecorder({ ...options, storage: counted });
    expect(counted.read).toBe(1);
    // The intent that was open before the state is known from it.
    const [unknown] = await entriesOf(again, { types: ['outcome-unknown'] });
    expect([unknown?.subject, unknown?.index]).toEqual(['left open', signed + 1n]);
    expect(await codeRejectedBy(again.record([event('decision-made', { trace: traceOf(0) })]))).toBe(
      'ETR_TRACE_SEALED',
    );
    await again.record([event('decision-made', { trace: traceOf(1) })]);
    const { count } = await again.seal(traceOf(1));
    expect(count).toBeGreaterThan(12);
    expect(verifyTrace(await again.exportBundle(), TRUST).findings).toEqual([]);
    expect(again.receipt(3n)).toEqual(recorder.receipt(3n));
    expect(again.proof(3n, signed)).toEqual(recorder.proof(3n, signed));
  });

  it('comes to the same whether it is read or not, after whatever was recorded', async () => {
    proves('law.E-1', 'law.E-4');
    await withSeed('states of logs', 15, async (random) => {
      const { recorder, storage, options } = await bench();
      const sealed = new Set<number>();
      for (let n = random.int(60); n > 0; n--) {
        const trace = random.int(6);
        if (sealed.has(trace)) continue;
        const type = random.pick(['decision-made', 'intent-recorded', 'effect-finished'] as const);
        await recorder.record([event(type, { trace: traceOf(trace), subject: `${random.int(4)}` })]);
        if (random.chance(0.2)) await recorder.checkpoint();
        if (random.chance(0.1) && (await codeRejectedBy(recorder.seal(traceOf(trace)))) === undefined)
          sealed.add(trace);
      }
      const copy: Storage = {
        ...storage,
        store: {
          ...storage.store,
          get: async (key) => (key.startsWith('etr/state/') ? undefined : storage.store.get(key)),
        },
      };
      const quick = await openRecorder(options);
      const bundles = await Promise.all(
        [quick, await openRecorder({ ...options, storage: copy })].map((one) => one.exportBundle()),
      );
      expect(bundles[0]).toBe(bundles[1]);
      expect(verifyTrace(bundles[0] ?? '', TRUST).findings).toEqual([]);
    });
  });

  it.each<[string, string, (value: Uint8Array) => Uint8Array]>([
    [
      'a state that says something else',
      'etr/state/',
      (value) => utf8(fromUtf8(value).replace('left open', 'left alone')),
    ],
    ['a torn state', 'etr/state/', (value) => value.slice(0, 99)],
    ['a state that is none', 'etr/state/', () => canonicalBytes({ checkpoint: '', state: 1, treeHead: '' })],
    ['another trace in the index', 'etr/index/', (value) => value.with(4 + 33, (value[4 + 33] ?? 0) ^ 1)],
    ['another hash in the index', 'etr/index/', (value) => value.with(5, (value[5] ?? 0) ^ 1)],
    ['a seal more in the index', 'etr/index/', (value) => value.with(4 + 48, 1)],
    ['a torn index', 'etr/index/', (value) => value.slice(0, 50)],
  ])('%s is not believed: the log is read', async (_, prefix, change) => {
    proves('flaw.E3');
    const { storage, options, recorder } = await long();
    const key = await keyOf(storage, prefix);
    await storage.store.put(key, change((await storage.store.get(key))?.value ?? new Uint8Array(0)));
    const counted = counting(storage);
    const again = await openRecorder({ ...options, storage: counted });
    expect(BigInt(counted.read)).toBe(recorder.size);
    expect(verifyTrace(await again.exportBundle(), TRUST).findings).toEqual([]);
  });

  it('that is shorter than its head is refused all the same', async () => {
    proves('flaw.E3', 'law.E-1');
    const { storage, options } = await long();
    const shorter: Storage = {
      ...storage,
      log: (name) => ({
        ...storage.log(name),
        size: () => Promise.resolve(10n),
        read: (from) => storage.log(name).read(from, 10n),
      }),
    };
    expect(await codeRejectedBy(openRecorder({ ...options, storage: shorter }))).toBe('ETR_LOG_INCONSISTENT');
  });

  it('shows an entry that was altered where it is read', async () => {
    proves('flaw.E3');
    const { storage, options } = await long();
    const altered: Storage = {
      ...storage,
      log(name) {
        const inner = storage.log(name);
        return {
          append: (entries, size) => inner.append(entries, size),
          size: () => inner.size(),
          async *read(from, to) {
            let index = from;
            for await (const entry of inner.read(from, to)) {
              yield index === 7n ? utf8(fromUtf8(entry).replace('"7"', '"9"')) : entry;
              index++;
            }
          },
        };
      },
    };
    const again = await openRecorder({ ...options, storage: altered });
    expect(await codeRejectedBy(again.exportBundle())).toBe('ETR_LOG_INCONSISTENT');
    expect(await codeRejectedBy(entriesOf(again))).toBe('ETR_LOG_INCONSISTENT');
  });

  it('of more chains than are worth keeping has none', async () => {
    const { recorder, storage } = await bench();
    const traces = Array.from({ length: STATE_MAX_CHAINS }, (_, n) =>
      asTraceId(`${n + 1}`.padStart(32, '0')),
    );
    await recorder.record(traces.map((trace) => event('trace-opened', { trace })));
    await recorder.checkpoint();
    expect(await keyOf(storage, 'etr/state/')).toBe('');
    await recorder.seal(asTraceId('1'.padStart(32, '0')));
    expect(await keyOf(storage, 'etr/state/')).not.toBe('');
  });
});
