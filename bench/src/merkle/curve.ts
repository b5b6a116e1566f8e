import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { type AppendLog, asDid, asTraceId, type Storage } from '@ttp/core';
import { createSigner, LOG_PURPOSES } from '@ttp/crypto';
import { openRecorder, type TraceRecorder } from '@ttp/etr-merkle/trace';
import { figure, judge } from '../bar.ts';
import type { Effort } from '../race.ts';
import type { FactsResult } from '../result.ts';

const AGENT = asDid('did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy');
/** Entries of one call of `record`, as many as share an append. */
const BATCH = 250;
/** Entries of a trace before it is sealed. */
const TRACE = 1000;

/** A storage whose logs keep nothing: what is measured is the recorder, and not what keeps its bytes. */
function forgetful(): Storage {
  const inner = memory();
  const { store } = inner;
  const sizes = new Map<string, bigint>();
  const log = (name: string): AppendLog => ({
    append(entries) {
      const first = sizes.get(name) ?? 0n;
      sizes.set(name, first + BigInt(entries.length));
      return Promise.resolve(first);
    },
    size: () => Promise.resolve(sizes.get(name) ?? 0n),
    async *read() {
      yield* await Promise.resolve<Uint8Array[]>([]);
    },
  });
  // The index that goes with each tree head is as long as the log itself, and would be counted with it.
  const put: typeof store.put = (key, value, expected) =>
    key.startsWith('etr/index/') ? Promise.resolve(true) : store.put(key, value, expected);
  return { store: { ...store, put }, log, shared: false, close: () => inner.close() };
}

/** Bytes of the process that the garbage collector could not take back. */
function held(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function grow(recorder: TraceRecorder, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += BATCH) {
    const trace = asTraceId((1 + Math.floor(n / TRACE)).toString(16).padStart(32, '0'));
    const event = {
      type: 'decision-made',
      component: 'bench',
      at: clock.now(),
      trace,
      agent: AGENT,
      data: {},
    } as const;
    await recorder.record(Array.from({ length: BATCH }, (_, i) => ({ ...event, subject: `call-${n + i}` })));
    if ((n + BATCH) % TRACE === 0) await recorder.seal(trace);
  }
}

/** A recorder of an enforcement point's first log. */
function open(): Promise<TraceRecorder> {
  const signer = createSigner({ seed: random.bytes(32), kid: `${AGENT}#log-1`, purposes: LOG_PURPOSES });
  return openRecorder({ storage: forgetful(), clock, timer, random, signer, origin: AGENT });
}

/** What an entry costs as the log grows, in time and memory. */
export async function growing({ quick }: Effort): Promise<FactsResult> {
  await grow(await open(), 0, 5000); // warm
  const recorder = await open();
  const sizes = quick ? [1000, 10_000, 50_000] : [1000, 10_000, 100_000, 1_000_000];
  const before = held();
  const rows: string[][] = [];
  const costs: number[] = [];
  let from = 0;
  for (const size of sizes) {
    // The last part before the size, so that each row is of a log that is about as long as it says.
    const start = Math.max(from, size - Math.max(size / 10, TRACE));
    await grow(recorder, from, start);
    const at = process.cpuUsage();
    await grow(recorder, start, size);
    const { user, system } = process.cpuUsage(at);
    const cost = (user + system) / (size - start);
    costs.push(cost);
    rows.push([figure(size), figure(cost), figure((held() - before) / size)]);
    from = size;
  }
  await recorder.close();
  const [first = Number.NaN, last = Number.NaN] = [costs[1], costs.at(-1)];
  return {
    kind: 'facts',
    title: 'A log that grows',
    work: `record in batches of ${BATCH}, a seal and a checkpoint after every ${TRACE} entries, into a log that keeps no bytes: leaf, chains, tree, index and signatures. Microseconds of processor time an entry, which neighbours change little, over the last tenth before each size (1000 entries at least), and bytes that the recorder holds for each entry${globalThis.gc === undefined ? ' (with garbage: run with --expose-gc for less)' : ''}.`,
    columns: ['entries', 'CPU us an entry', 'bytes an entry'],
    rows,
    bars: [
      judge(
        {
          bar: 'cost per append is flat: at the last size at most 1.5x that at 10 000',
          atMost: 1.5,
          unit: 'x',
          why: 'A level of the tree doubles its buffer when it is full, and the garbage collector has more to look at.',
        },
        last / first,
      ),
    ],
  };
}
