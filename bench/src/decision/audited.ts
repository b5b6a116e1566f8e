import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@ttp/adapters/memory';
import { sqlite } from '@ttp/adapters/sqlite';
import type { Ttp } from '@ttp/sdk';
import { type Contestant, type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { agentMesh, meshAction, passport } from './rivals.ts';
import { call, denied, inputOf, openTtp } from './world.ts';

const CHECK = 'ttp.check';
const WHOLE = 'ttp.a2t';

const checked = async (ttp: Ttp, path: string): Promise<string> =>
  named((await ttp.check({ tool: 'read', input: { path, amount: 250 } })).wouldPermit);

const named = (allowed: boolean): string => (allowed ? 'allowed' : 'denied');

/** What the prototype of the bar did not do. */
const DEAR =
  'The bar was set for a gate, one canonical record, its hash and a Merkle append. Here the evidence is gathered from its sources, three inputs are hashed, what the decision can be replayed from is sealed per subject, and the arguments are scanned for secrets.';

/** Decided and recorded, without disk. */
export async function inMemory(effort: Effort): Promise<RaceResult> {
  const storage = memory();
  const ttp = await openTtp(storage);
  const mesh = agentMesh();
  const aps = passport();
  const contestants: Contestant[] = [
    {
      name: CHECK,
      ours: true,
      async: true,
      does: 'the flow up to its effect: arguments copied and scanned for secrets, evidence, decide, obligations; the decision joins the next batch of the log, with all by which it can be replayed sealed per subject; a batch is written for every 256',
      run: (i) => ttp.check({ tool: 'read', input: inputOf(i) }),
      answer: async () => [await checked(ttp, inputOf(1).path), await checked(ttp, 'etc/passwd')],
    },
    {
      name: WHOLE,
      ours: true,
      async: true,
      does: 'the whole flow: arguments copied and scanned for secrets, evidence, decide, obligations, intent durable, kill check, effect, result scanned, outcome durable; two group commits; payloads sealed per subject; log signed by checkpoints',
      run: (i) => call(ttp, i),
      answer: async () => {
        await call(ttp, 1);
        return ['allowed', named((await denied(ttp)) !== 'blocked')];
      },
    },
    {
      name: '@microsoft/agent-governance-sdk',
      async: true,
      does: 'executeWithGovernance: ring check, first matching rule, trust score plus 0.05; an entry of agent, action and decision joins a SHA-256 hash chain of JSON.stringify in an array that keeps the last 10 000. No arguments, no result, no signature, no persistence; it performs nothing',
      run: (i) => mesh.executeWithGovernance(meshAction(i)),
      answer: async () => [
        named((await mesh.executeWithGovernance(meshAction(1))).decision === 'allow'),
        named((await mesh.executeWithGovernance('read.etc.passwd')).decision === 'allow'),
      ],
    },
    {
      name: 'agent-passport-system, decision',
      does: 'createActionIntent, evaluateIntent: the agent signs the intent, its signature is verified, scope, revocation, expiry and depth as handed in are checked, the gateway signs the decision. No rules, no log',
      run: () => aps.decide(),
      answer: () => [
        named(aps.decide().verdict === 'permit'),
        named(aps.decide('read:etc').verdict === 'permit'),
      ],
    },
    {
      name: 'agent-passport-system, whole',
      does: 'and after the effect createReceipt, createPolicyReceipt: four signatures and two verifications in all, each importing its key. Nothing is kept: the host stores the receipts',
      run: () => aps.whole(),
      answer: () => [
        named(aps.decide().verdict === 'permit'),
        named(aps.decide('read:etc').verdict === 'permit'),
      ],
    },
  ];
  const result = await race(
    {
      title: 'An audited decision, without disk',
      work: 'One after the other, each awaited. Checked before: a call within the rules is allowed, one outside is denied. The rivals do less or something else: read what.',
      contestants,
      bars: [
        {
          bar: 'audited decision without disk (decided, queued for the log): at most 15 us p50',
          value: (m) => m.p50(CHECK),
          atMost: 15,
          unit: ' us',
          why: DEAR,
        },
        {
          bar: 'audited decision without disk, with its share of writing the batch: at most 15 us',
          value: (m) => m.median(CHECK),
          atMost: 15,
          unit: ' us',
          why: DEAR,
        },
        {
          bar: 'whole audited call without disk: at most 15 us p50',
          value: (m) => m.p50(WHOLE),
          atMost: 15,
          unit: ' us',
          why: 'The bar is that of the decision; a whole call writes four entries in two commits, scans arguments and result, and seals what it keeps of them.',
        },
        {
          bar: 'a call with warm caches in under 100 ms, p99 (sdk.flow.performance)',
          value: (m) => m.p99(WHOLE) / 1000,
          atMost: 100,
          unit: ' ms',
          why: 'Other processes fall on single calls.',
        },
      ],
      single: true,
      turnMs: 20,
      rounds: 21,
    },
    effort,
  );
  await ttp.close();
  await storage.close();
  return result;
}

/** The same on a file: what two group commits with their fsync cost. */
export async function onDisk(effort: Effort): Promise<RaceResult> {
  const dir = await mkdtemp(join(tmpdir(), 'ttp-bench-'));
  const storage = sqlite(join(dir, 'ttp.db'));
  const ttp = await openTtp(storage);
  const many = 64;
  const result = await race(
    {
      title: 'A whole audited call on SQLite',
      work: `Both appends synced to the disk before they are acknowledged. The second row is ${many} calls at once, and its time is that of all of them.`,
      contestants: [
        {
          name: 'ttp.a2t, one at a time',
          ours: true,
          async: true,
          does: 'two commits a call',
          run: (i) => call(ttp, i),
        },
        {
          name: `ttp.a2t, ${many} at once`,
          ours: true,
          async: true,
          does: 'calls that wait at the same time share their commits',
          run: (i) => Promise.all(Array.from({ length: many }, (_, k) => call(ttp, i * many + k))),
        },
      ],
      single: true,
      rounds: 5,
      turnMs: 100,
    },
    effort,
  );
  await ttp.close();
  await storage.close();
  await rm(dir, { recursive: true, force: true });
  return result;
}
