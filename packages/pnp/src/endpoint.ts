import {
  type Clock,
  codeOf,
  type Did,
  type Duplex,
  type Hash,
  isTtpError,
  type Random,
  type Recorder,
  type Signer,
  type Store,
  type Timer,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { base64url, issuerOf, type ReplayGuard } from '@ttp/crypto';
import type { PnpErrorCode } from './errors.js';
import { fail } from './fail.js';
import type { Floor } from './floor.js';
import { keeperOf, readKept } from './kept.js';
import { ROUND_TIMEOUT_MS } from './limits.js';
import { idleNegotiation, isOver, type NegotiationInput, type NegotiationRole } from './negotiation.js';
import { type NegotiationResult, resultOf } from './result.js';
import {
  bytesOf,
  type Decide,
  type DrivenSide,
  type Driver,
  feed,
  giveUp,
  isWaiting,
  momentOf,
  resumeOwed,
} from './side.js';
import { decideByProposals, proposalsOf } from './strategy.js';

/** One party, over all its negotiations. */
export interface Negotiator {
  /** Signs messages and certificates; its key id names the party. */
  readonly signer: Signer;
  /** Texts of policies, in the order of preference; the first one is offered first. */
  readonly policies: readonly string[];
  readonly floor?: Floor;
  /** `decideByProposals` unless given. */
  readonly decide?: Decide;
  /** The public keys of peers, as for `verifyEnvelope`. */
  readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
  /** One for all negotiations of this party. */
  readonly replay: ReplayGuard;
  readonly store: Store;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
}

/** One negotiation over one connection. */
export interface NegotiationOptions {
  readonly peer: Did;
  readonly duplex: Duplex;
  readonly trace: TraceId;
  /** 32 bytes, base64url: what both sides call it already, such as the session of their handshake. */
  readonly session?: string;
}

/**
 * Makes the first offer, and negotiates until there is an end.
 *
 * @throws PNP_BAD_PROPOSALS, PNP_UNKNOWN_CAPABILITY, PNP_SELF, the codes of `loadPolicy`: what is wrong before it begins
 */
export async function offerPolicy(
  negotiator: Negotiator,
  options: NegotiationOptions,
): Promise<NegotiationResult> {
  const session = options.session ?? base64url(negotiator.random.bytes(32));
  return begin(negotiator, 'initiator', { ...options, session });
}

/**
 * Waits for an offer of the peer, at most 30 s, and negotiates until there is an end. Without a session it takes the one
 * that is offered.
 *
 * @throws as {@link offerPolicy}
 */
export const answerOffer = (
  negotiator: Negotiator,
  options: NegotiationOptions,
): Promise<NegotiationResult> => begin(negotiator, 'responder', options);

/**
 * Goes on with a negotiation that was interrupted, by a crash or by the end of its connection: over another connection,
 * from what was stored. Time has gone on meanwhile. A side that has agreed says its last message again, for a peer that
 * may not have it.
 *
 * @throws PNP_NO_SESSION, PNP_BAD_STATE, and as {@link offerPolicy}
 */
export async function resumeNegotiation(
  negotiator: Negotiator,
  options: NegotiationOptions & { readonly session: string; readonly role: NegotiationRole },
): Promise<NegotiationResult> {
  const { store, clock } = negotiator;
  const { side, bytes } = await readKept(store, clock, options.role, options.session);
  if (side.state.peer !== options.peer || side.state.party !== issuerOf(negotiator.signer))
    fail('PNP_NO_SESSION', 'of other parties', 'session');
  const driver = driverOf(negotiator, options, bytes);
  return run(negotiator, driver, side, options.duplex, async () => {
    if (side.last !== undefined && (isOver(side.state) || isWaiting(side))) await driver.send(side.last);
    await resumeOwed(driver, side);
  });
}

function driverOf(negotiator: Negotiator, { duplex, trace }: NegotiationOptions, known?: Uint8Array): Driver {
  const {
    signer,
    policies,
    floor,
    decide = decideByProposals,
    replay,
    store,
    recorder,
    clock,
    random,
  } = negotiator;
  const keyOf = (kid: string, id: Hash): Uint8Array | undefined =>
    kid === signer.kid ? signer.publicKey : negotiator.keyOf(kid, id);
  const keeper = keeperOf(store, clock, known);
  return {
    did: issuerOf(signer),
    signer,
    context: { keyOf, replay, ...(floor === undefined ? {} : { floor }) },
    proposals: proposalsOf(policies),
    decide,
    clock,
    random,
    recorder,
    trace,
    keep: (side) => keeper.keep(side),
    send: (text) => duplex.send(bytesOf(text)).catch(lost),
  };
}

async function begin(
  negotiator: Negotiator,
  role: NegotiationRole,
  options: NegotiationOptions,
): Promise<NegotiationResult> {
  const driver = driverOf(negotiator, options);
  const { peer, session, duplex } = options;
  const named = session === undefined ? {} : { session };
  const side: DrivenSide = {
    state: idleNegotiation({ role, party: driver.did, peer, ...named }),
    refused: 0,
  };
  const [policy] = driver.proposals;
  const offered = role === 'initiator' && policy !== undefined ? { policy } : {};
  return run(negotiator, driver, side, duplex, () =>
    feed(driver, side, { type: 'start', ...momentOf(driver), ...offered }),
  );
}

/** What went on when the time of a side was over. */
const TIME = Symbol('time');

/** Drives a side over its connection: whatever is waited for, its deadline is waited for as well. */
async function run(
  { timer, clock }: Negotiator,
  driver: Driver,
  side: DrivenSide,
  duplex: Duplex,
  first: () => Promise<void>,
): Promise<NegotiationResult> {
  const inbox = duplex.receive()[Symbol.asyncIterator]();

  /** The work, or the end of the time that the state has. */
  async function inTime<T>(work: Promise<T>): Promise<T | typeof TIME> {
    const { promise, resolve } = Promise.withResolvers<typeof TIME>();
    const left = (side.state.machine.deadline ?? clock.monotonic() + ROUND_TIMEOUT_MS) - clock.monotonic();
    const dispose = timer.after(Math.max(0, left), () => resolve(TIME));
    work.catch(() => undefined); // nobody may be waiting when it fails
    try {
      return await Promise.race([work, promise]);
    } finally {
      dispose();
    }
  }

  try {
    if ((await inTime(first())) === TIME) return await expired(driver, side);
    while (!isOver(side.state)) {
      const next = await inTime(inbox.next().catch(lost));
      if (next === TIME) return await expired(driver, side);
      if (next.done === true) return interrupted(side);
      const { now, wall } = momentOf(driver);
      const input: NegotiationInput = { type: 'message', now, wall, bytes: next.value };
      if ((await inTime(feed(driver, side, input))) === TIME) return await expired(driver, side);
    }
    return resultOf(side.state);
  } catch (error) {
    // What was kept can be gone on with over another connection.
    if (isTtpError(error, 'PNP_CLOSED') && !isOver(side.state)) return interrupted(side);
    if (isOver(side.state)) return resultOf(side.state);
    await giveUp(driver, side, codeOf(error, 'PNP_FAULT'));
    return resultOf(side.state);
  }
}

/** The time is over, whatever is still under way: what comes of that finds a side that has ended. */
async function expired(driver: Driver, side: DrivenSide): Promise<NegotiationResult> {
  await giveUp(driver, side, 'PNP_EXPIRED' satisfies PnpErrorCode);
  return resultOf(side.state);
}

/** The connection failed, whatever it says about it: a session of @ttp/did and a socket have codes of their own. */
function lost(cause: unknown): never {
  throw new TtpError<PnpErrorCode>('PNP_CLOSED', 'the connection is gone', { cause });
}

/** Before the first message there is nothing to go on with. */
function interrupted({ state: { session, chain } }: DrivenSide): NegotiationResult {
  if (session !== undefined && chain.length > 0) return { status: 'interrupted', session };
  return { status: 'aborted', ...(session === undefined ? {} : { session }), code: 'PNP_CLOSED' };
}
