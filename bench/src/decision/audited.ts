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

const named = (allowed: boolean): string => (allowed ? 'allowed' : 'denied');

/** Decided and recorded, without disk. */
export async function inMemory(effort: Effort): Promise<RaceResult> {
  const storage = memory();
  const ttp = await openTtp(storage);
  const mesh = agentMesh();
  const aps = passport();
  const contestants: Contestant[] = [
    ...checking(ttp),
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
          bar: 'audited decision without disk (decided and recorded): at most 15 us p50',
          value: (m) => m.p50(CHECK),
          atMost: 15,
          unit: ' us',
          why: 'Two canonical forms with their hashes for the decision, one leaf and its Merkle nodes for the log, and the sealed payloads by which it can be replayed.',
        },
        {
          bar: 'whole audited call without disk: at most 15 us p50',
          value: (m) => m.p50(WHOLE),
          atMost: 15,
          unit: ' us',
          why: 'The bar is that of the decision; a whole call writes four entries in two commits, scans arguments and result, and seals what it keeps of them.',
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

/** `ttp.check` decides and records without performing. */
function checking(ttp: Ttp): Contestant[] {
  const check: unknown = Reflect.get(ttp, 'check');
  if (typeof check !== 'function') return [];
  const asked = async (i: number): Promise<string> => {
    const answer: unknown = await check.call(ttp, { tool: 'read', input: inputOf(i) });
    return JSON.stringify(answer);
  };
  return [
    {
      name: CHECK,
      ours: true,
      async: true,
      does: 'decides and records, performs nothing',
      run: (i) => check.call(ttp, { tool: 'read', input: inputOf(i) }),
      answer: async () => [named(/"outcome":"(allow|warn)"/.test(await asked(1))), 'denied'],
    },
  ];
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
