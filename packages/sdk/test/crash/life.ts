import { asDid, asTime, type Did, isTtpError, type Operator, type Storage } from '@ttp/core';
import { createReplayGuard, createSigner, IDENTITY_PURPOSES, keyPairOf, type ReplayGuard } from '@ttp/crypto';
import { didKey } from '@ttp/did';
import { createKillSwitch, type KillSwitch } from '@ttp/guard';
import { createOversight, type Oversight, type Review, signReview } from '@ttp/oversight';
import { fakeClock, type SeededRandom } from '@ttp/testkit';
import { decisionOf, interactionOf } from './calls.js';

/** The log of the workload. */
export const LOG = 'audit';

/** Agents that are killed, each at its time. */
export const AGENTS: readonly Did[] = [
  'did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
  'did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy',
].map(asDid);

const SEED = new Uint8Array(32).fill(1);
const { publicKey } = keyPairOf(SEED);
const DID = didKey(publicKey);
const KID = `${DID}#${DID.slice('did:key:'.length)}`;
const SIGNER = createSigner({ seed: SEED, kid: KID, purposes: IDENTITY_PURPOSES });
const OPERATOR: Operator = {
  id: 'ada',
  kid: KID,
  publicKey,
  human: 'ada',
  level: 1,
  privileges: ['review:basic'],
};

/** Where a storage says that a process ran on it before. */
const BOOTED = 'booted';

/** One process: what enforces, over a storage. */
export interface Life {
  readonly kills: KillSwitch;
  readonly replay: ReplayGuard;
  readonly oversight: Oversight;
  /** Approves the call for as many uses as asked for. */
  approve(call: string, uses: number): Promise<Review>;
  /** Asks for the call once; true: it has its effect now. */
  ask(call: string): Promise<boolean>;
  end(): void;
}

/**
 * Starts a process with the real kill switch, oversight and replay guard.
 *
 * @param now wall clock, ms
 * @param again whether a process ran here before: then nothing is fresh, and what it has seen is refused by its age
 */
export async function live(
  storage: Storage,
  random: SeededRandom,
  now: number,
  again: boolean,
): Promise<Life> {
  const clock = fakeClock(asTime(now));
  const kills = await createKillSwitch({ storage, clock, timer: clock });
  for (const agent of AGENTS) await kills.enrol(agent, !again);
  const isFirst = !again && (await storage.store.put(BOOTED, new Uint8Array(), 0));
  const replay = createReplayGuard({ bootAt: isFirst ? 0 : now });
  const oversight = createOversight({
    storage,
    clock,
    timer: clock,
    random,
    operators: { byKid: async (kid) => (kid === KID ? OPERATOR : undefined) },
    recorder: { record: async (events) => events.map((_, i) => BigInt(i)) },
    waitMs: 0,
  });
  const { hold } = oversight.handler();
  const obligation = { kind: 'approval', from: 'rule:crash', params: { timeoutMs: 3_600_000 } };
  const quiet = new AbortController().signal;
  return {
    kills,
    replay,
    oversight,
    async approve(call, uses) {
      const review = await oversight.request(obligation, interactionOf(call), decisionOf());
      const conditions = { maxUses: uses };
      const verdict = 'modify';
      return oversight.submit(
        await signReview({ review, verdict, reason: 'seen', signer: SIGNER, now, conditions }),
      );
    },
    async ask(call) {
      try {
        await hold?.(obligation, interactionOf(call), decisionOf(), quiet);
        return true;
      } catch (fault) {
        if (isTtpError(fault)) return false;
        throw fault;
      }
    },
    end() {
      kills.close();
      oversight.close();
    },
  };
}
