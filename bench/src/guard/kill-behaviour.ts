import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import type { Storage } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import { createTtp, type Ttp, type TtpOptions } from '@ttp/sdk';
import { revokeDelegation } from 'agent-passport-system';
import { agentMesh, meshAction, passport } from '../decision/rivals.ts';
import { CALL_MAP, inputOf, POLICY } from '../decision/world.ts';
import type { FactsResult } from '../result.ts';

type Row = readonly [
  name: string,
  how: string,
  next: string,
  underWay: string,
  second: string,
  restart: string,
];

const ended = (outcome: { readonly status: string; readonly code?: string }): string =>
  outcome.code === undefined ? outcome.status : `${outcome.status}: ${outcome.code}`;

async function ourKill(): Promise<Row> {
  const dir = await mkdtemp(join(tmpdir(), 'ttp-bench-'));
  const path = join(dir, 'ttp.db');
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  const { ttp, storage } = await open(path, { identity, fresh: true });
  const [begun, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let second = 'happened';
  let aborted = 'signal not aborted';
  const underWay = ttp.a2t({ tool: 'read', input: inputOf(0) }, async (permit) => {
    permit.enter();
    begun.resolve();
    await killed.promise;
    aborted = permit.signal.aborted ? 'its signal is aborted' : aborted;
    try {
      permit.enter();
    } catch (error) {
      second = `refused: ${codeOf(error)}`;
      throw error;
    }
    return 'read';
  });
  await begun.promise;
  const kill = ttp.kill(ttp.did, { reason: 'manual_operator_action' });
  killed.resolve();
  const first = ended(await underWay);
  await Promise.resolve();
  const next = ended(await ttp.a2t({ tool: 'read', input: inputOf(1) }, () => Promise.resolve('read')));
  await kill.durable;
  await ttp.close();
  await storage.close();
  const again = await open(path, { identity });
  const restart = ended(
    await again.ttp.a2t({ tool: 'read', input: inputOf(1) }, () => Promise.resolve('read')),
  );
  await again.ttp.close();
  await again.storage.close();
  await rm(dir, { recursive: true, force: true });
  return ['ttp', 'ttp.kill(agent), synchronous', next, `${first}; ${aborted}`, second, restart];
}

interface Opened {
  readonly ttp: Ttp;
  readonly storage: Storage;
}

async function open(path: string, options: Pick<TtpOptions, 'identity' | 'fresh'>): Promise<Opened> {
  const storage = sqlite(path);
  return { storage, ttp: await createTtp({ ...options, storage, policy: POLICY, callMap: CALL_MAP }) };
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);

/** It decides and leaves acting to the host, so the effects here are the host's own steps after the decision. */
async function meshKill(): Promise<Row> {
  const client = agentMesh();
  const [begun, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let second = 'did not happen';
  const effect = async (): Promise<string> => {
    const { decision } = await client.executeWithGovernance(meshAction(0));
    begun.resolve();
    await killed.promise;
    second = 'happened: the client hands out nothing that a second effect could ask or be aborted by';
    return decision;
  };
  const underWay = effect();
  await begun.promise;
  const result = await client.killSwitch?.kill(client.identity.did, { action: 'stop', reason: 'bench' });
  killed.resolve();
  const first = await underWay;
  const next = await client.executeWithGovernance(meshAction(1));
  const how = `await client.killSwitch.kill(did), ${result?.callbacksExecuted ?? 0} callbacks ran: it runs what the host registered and keeps a history`;
  const after = `decision: ${next.decision}, lifecycle: ${next.lifecycleState ?? 'unknown'}`;
  return [
    '@microsoft/agent-governance-sdk',
    how,
    after,
    `goes on; its decision was ${first}`,
    second,
    `decision: ${(await agentMesh().executeWithGovernance(meshAction(1))).decision}, the history was in memory`,
  ];
}

/** Pure functions over what the host hands in; its registry of revocations moved to another package. */
function passportKill(): Row {
  const system = passport();
  let how = 'revokeDelegation(id)';
  try {
    revokeDelegation(system.delegationId, 'principal', 'bench', system.principalKey);
    how += ': done';
  } catch (error) {
    how += ` throws: "${(error instanceof Error ? error.message : String(error)).split('. ')[0]}"`;
  }
  const next = system.decide().verdict;
  system.delegation.revoked = true;
  const told = system.decide().verdict;
  return [
    'agent-passport-system',
    how,
    `verdict: ${next}; ${told} once the host itself sets revoked in what it hands in`,
    'goes on: a decision is a signed value, good for 5 minutes',
    'happened: nothing to ask, nothing that aborts',
    'as the host hands it in: nothing is kept',
  ];
}

/** What the next call, the call under way and a restart meet after a kill, here and elsewhere. */
export const killBehaviour = async (): Promise<FactsResult> => ({
  kind: 'facts',
  title: 'What a kill does',
  work: 'Each is killed in the way its documentation names, while a call is under way that has had one effect and is about to have another. Everything in the table was observed in this run.',
  columns: ['', 'how', 'the next call', 'the call under way', 'its second effect', 'after a restart'],
  rows: [await ourKill(), await meshKill(), passportKill()],
  bars: [],
});
