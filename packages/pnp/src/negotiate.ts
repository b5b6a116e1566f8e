import type { Clock, Hash, Random, Recorder, Signer, TraceId } from '@ttp/core';
import { base64url, createReplayGuard, issuerOf } from '@ttp/crypto';
import type { Floor } from './floor.js';
import { idleNegotiation, isOver, type NegotiationRole } from './negotiation.js';
import { type NegotiationResult, resultOf } from './result.js';
import { type Decide, type DrivenSide, type Driver, feed, momentOf } from './side.js';
import { decideByProposals, proposalsOf } from './strategy.js';

/** One of two parties in one process. */
export interface LocalParty {
  /** Signs messages and the certificate; its key id names the party. */
  readonly signer: Signer;
  /** Texts of policies, in the order of preference; the first one is offered first. */
  readonly policies: readonly string[];
  /** What the agreement must not fall below. */
  readonly floor?: Floor;
  /** `decideByProposals` unless given. */
  readonly decide?: Decide;
}

/** What both parties share. */
export interface LocalPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** How it ended is recorded, for either party. */
  readonly recorder: Recorder;
  readonly trace: TraceId;
}

/**
 * Negotiates between two parties of this process: `a` offers, `b` answers. All messages are made, signed and verified
 * as they would be over a connection.
 *
 * @returns how it ended for `a`; an agreement is the same for both
 * @throws PNP_BAD_PROPOSALS, PNP_UNKNOWN_CAPABILITY, the codes of `loadPolicy`; PNP_SELF; what a port throws
 */
export async function negotiate(a: LocalParty, b: LocalParty, ports: LocalPorts): Promise<NegotiationResult> {
  const session = base64url(ports.random.bytes(32));
  const keyOf = (kid: string, _id: Hash): Uint8Array | undefined =>
    [a.signer, b.signer].find((signer) => signer.kid === kid)?.publicKey;
  const toB: string[] = [];
  const toA: string[] = [];
  const make = (role: NegotiationRole, own: LocalParty, peer: LocalParty, outbox: string[]) => {
    const { signer, policies, floor, decide = decideByProposals } = own;
    const did = issuerOf(signer);
    const side: DrivenSide = {
      state: idleNegotiation({ role, party: did, peer: issuerOf(peer.signer), session }),
      refused: 0,
    };
    const driver: Driver = {
      did,
      signer,
      context: {
        keyOf,
        replay: createReplayGuard({ bootAt: 0 }),
        ...(floor === undefined ? {} : { floor }),
      },
      proposals: proposalsOf(policies),
      decide,
      ...ports,
      keep: async () => undefined,
      send: async (text) => void outbox.push(text),
    };
    return { driver, side };
  };
  const [offering, answering] = [make('initiator', a, b, toB), make('responder', b, a, toA)];
  await feed(answering.driver, answering.side, { type: 'start', ...momentOf(answering.driver) });
  const [policy] = offering.driver.proposals;
  await feed(offering.driver, offering.side, {
    type: 'start',
    ...momentOf(offering.driver),
    ...(policy === undefined ? {} : { policy }),
  });
  for (;;) {
    const [forB, forA] = [toB.shift(), toA.shift()];
    if (forB !== undefined) await deliver(answering, forB);
    if (forA !== undefined) await deliver(offering, forA);
    if (forB === undefined && forA === undefined) break;
  }
  // Nothing is under way any more: who still waits was left alone by a peer that gave up.
  for (const { driver, side } of [offering, answering])
    if (!isOver(side.state)) await feed(driver, side, { type: 'timeout', now: driver.clock.monotonic() });
  return resultOf(offering.side.state);
}

async function deliver({ driver, side }: { driver: Driver; side: DrivenSide }, bytes: string): Promise<void> {
  const { now, wall } = momentOf(driver);
  await feed(driver, side, { type: 'message', now, wall, bytes });
}
