import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { asDid, asTraceId } from '@ttp/core';
import { createSigner, decryptKey, encryptKey, keyPairOf, LOG_PURPOSES } from '@ttp/crypto';
import { createTree, leafHash } from '@ttp/etr-merkle';
import { openRecorder, verifyTrace, verifyTraceStream } from '@ttp/etr-merkle/trace';
import { loadPolicy } from '@ttp/spl';
import type { RunArea } from './areas.ts';
import { figure, judge } from './bar.ts';
import { longestHold } from './hold.ts';
import { entries } from './merkle/hashing.ts';
import { disjointRules } from './policy/rules.ts';
import { MAX_BYTES, splDocument } from './policy/ttp.ts';
import type { BarResult } from './result.ts';
import { least, median } from './statistics.ts';

interface Work {
  readonly name: string;
  readonly does: string;
  readonly run: () => unknown;
  /** Why it holds the loop longer than the bar, where it does. */
  readonly why: string;
}

const agent = asDid('did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy');

async function logOf(
  count: number,
): Promise<{ text: string; verify: () => unknown; verifyInSlices: () => Promise<unknown> }> {
  const signer = createSigner({ seed: random.bytes(32), kid: `${agent}#log-1`, purposes: LOG_PURPOSES });
  const recorder = await openRecorder({ storage: memory(), clock, timer, random, signer, origin: agent });
  const trace = asTraceId('0123456789abcdef0123456789abcdef');
  const event = { type: 'effect-finished' as const, component: 'bench', trace, agent };
  await recorder.record(
    Array.from({ length: count }, (_, i) => ({
      ...event,
      at: clock.now(),
      subject: `call-${i}`,
      data: { n: i },
    })),
  );
  const text = await recorder.exportBundle();
  await recorder.close();
  const logKeys = [{ origin: agent, kid: signer.kid, publicKey: signer.publicKey }];
  const bytes = new TextEncoder().encode(text);
  return {
    text,
    verify: () => verifyTrace(text, { logKeys }),
    verifyInSlices: () => verifyTraceStream([bytes], { logKeys }, { timer }),
  };
}

export const run: RunArea = async ({ quick }) => {
  const { seed, publicKey } = keyPairOf(random.bytes(32));
  const passphrase = 'correct horse battery staple';
  const file = await encryptKey({ seed, passphrase, did: agent, random });
  const leaves = entries(10_000);
  const policy = JSON.stringify(splDocument(disjointRules(1000)));
  const small = JSON.stringify(splDocument(disjointRules(200)));
  const [hundred, thousand] = [await logOf(100), await logOf(1000)];
  const works: Work[] = [
    {
      name: 'key file opened',
      does: 'decryptKey: scrypt at the default cost',
      run: () => decryptKey(file, { passphrase, did: agent, publicKey }),
      why: 'scrypt runs on the thread pool and the main thread does next to nothing: this is time in which a busy machine did not run the process.',
    },
    {
      name: 'tree of 10 000 entries',
      does: 'leafHash and createTree in one go',
      run: () => createTree(leaves.map((leaf) => leafHash(leaf))).root(),
      why: 'createTree is synchronous and takes all leaves it is given: append in parts where the loop matters.',
    },
    {
      name: 'policy of 1000 rules',
      does: `loadPolicy of ${policy.length} B, above the default limit`,
      run: () => loadPolicy(policy, { maxBytes: MAX_BYTES }),
      why: 'loadPolicy is synchronous. The default limit of 51 200 B is what keeps it short; a host that raises it loads before it serves.',
    },
    {
      name: 'policy at the default limit',
      does: `loadPolicy of ${small.length} B`,
      run: () => loadPolicy(small),
      why: 'loadPolicy is synchronous: strict JSON, schema, canonical form and compiling in one go.',
    },
    {
      name: 'bundle of 100 entries',
      does: 'verifyTrace',
      run: hundred.verify,
      why: 'verifyTrace is synchronous and linear in the bundle.',
    },
    {
      name: 'bundle of 1000 entries',
      does: 'verifyTrace',
      run: thousand.verify,
      why: 'verifyTrace is synchronous and linear in the bundle: verify large ones with verifyTraceStream.',
    },
    {
      name: 'bundle of 1000 entries, in slices',
      does: 'verifyTraceStream',
      run: thousand.verifyInSlices,
      why: 'Its first line, which names the hash of every other, is read in one go, and so is each slice of 64 KiB.',
    },
  ];
  const rows: string[][] = [];
  const bars: BarResult[] = [];
  for (const { name, does, run: work, why } of works) {
    await work();
    const holds: number[] = [];
    for (let i = 0; i < (quick ? 3 : 15); i++) holds.push(await longestHold(work));
    rows.push([name, does, figure(median(holds)), figure(least(holds))]);
    const bar = `event loop held at most 5 ms: ${name}`;
    bars.push(judge({ bar, atMost: 5, unit: ' ms', why }, median(holds)));
  }
  return [
    {
      kind: 'facts',
      title: 'The longest hold of the event loop',
      work: 'A ticker of setImmediate runs beside each work; the longest gap between two ticks is what a kill, a timer or a request would have waited. Milliseconds, over several runs.',
      columns: ['work', '', 'ms median', 'ms min'],
      rows,
      bars,
    },
  ];
};
