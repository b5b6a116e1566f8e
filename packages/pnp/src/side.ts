import {
  type Clock,
  codeOf,
  type Did,
  type EnvelopeSignature,
  type ErrorCode,
  type Random,
  type Recorder,
  type Signer,
  type TraceId,
  type TtpEvent,
} from '@ttp/core';
import { base64url, encodeEnvelope, signEnvelope, utf8 } from '@ttp/crypto';
import { fail } from './fail.js';
import { MESSAGE_MAX_BYTES, MESSAGES_MAX } from './limits.js';
import type { NegotiationEnd } from './machine.js';
import type { PolicyText, Unsigned } from './message.js';
import {
  isOver,
  type Negotiation,
  type NegotiationContext,
  type NegotiationDecision,
  type NegotiationInput,
  type NegotiationOut,
} from './negotiation.js';
import { stepNegotiation } from './step.js';
import type { NegotiationView } from './strategy.js';

/** Decides about what the peer proposed last. */
export type Decide = (view: NegotiationView) => NegotiationDecision | Promise<NegotiationDecision>;

/** What drives one side: everything that its step function asks for. */
export interface Driver {
  readonly did: Did;
  readonly signer: Signer;
  readonly context: NegotiationContext;
  readonly proposals: readonly PolicyText[];
  readonly decide: Decide;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly trace: TraceId;
  /** Keeps the state and the last message of this side; what is sent was kept before. */
  readonly keep: (side: DrivenSide) => Promise<void>;
  readonly send: (text: string) => Promise<void>;
}

/** A side, as its driver goes on with it. */
export interface DrivenSide {
  state: Negotiation;
  /** The last message of this side, signed. */
  last?: string;
  /** Messages that counted for nothing. */
  refused: number;
  /** It was given up: whatever is still under way for it comes to nothing. */
  isAbandoned?: true;
}

/**
 * Feeds one input and does all that comes of it: signs, decides, records an end, keeps the state, and only then sends.
 *
 * @throws what a port throws, and what signing throws; the state that was kept last is then the true one
 */
export async function feed(driver: Driver, side: DrivenSide, input: NegotiationInput): Promise<void> {
  const inputs = [input];
  for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
    const before = side.state;
    const { state, out } = stepNegotiation(driver.context, before, next);
    const texts: string[] = [];
    let { last } = side;
    for (const effect of out) {
      if (effect.do === 'send') {
        last = await signed(driver.signer, effect.message);
        texts.push(last);
      } else if (effect.do === 'resend' && last !== undefined) texts.push(last);
      else if (effect.do === 'refused') refuse(side);
      // An end that cannot be logged is none: it is written before it is kept or told to anybody.
      else if (effect.do === 'ended') await record(driver, state, effect.end);
    }
    if (side.isAbandoned) return;
    side.state = state;
    if (last !== undefined) side.last = last;
    if (state !== before) await driver.keep(side);
    for (const text of texts) {
      if (side.isAbandoned) return;
      await driver.send(text);
    }
    for (const effect of out) inputs.push(...(await answers(driver, effect)));
    if (side.isAbandoned) return;
  }
}

/** What is owed to a state that was kept in the middle of something: a decision or a signature. */
export async function resumeOwed(driver: Driver, side: DrivenSide): Promise<void> {
  const { machine, accepted, theirs, own } = side.state;
  if (machine.at === 'CONSIDERING' && theirs !== undefined) {
    const asked = { theirs, round: machine.round, accepted: accepted !== undefined };
    const effect = { do: 'consider', ...asked, ...(own === undefined ? {} : { own }) } as const;
    for (const input of await answers(driver, effect)) await feed(driver, side, input);
  } else if (accepted !== undefined && machine.at === (accepted.by === 'peer' ? 'ACCEPTING' : 'FINALIZING')) {
    const effect = { do: 'certify', certificate: accepted.certificate } as const;
    for (const input of await answers(driver, effect)) await feed(driver, side, input);
  }
}

/** The times of an input, and a nonce for the message that may follow from it. */
export const momentOf = ({
  clock,
  random,
}: Pick<Driver, 'clock' | 'random'>): {
  readonly now: number;
  readonly wall: number;
  readonly nonce: string;
} => ({
  now: clock.monotonic(),
  wall: clock.now(),
  nonce: base64url(random.bytes(32)),
});

/** What the driver has to say to an effect. A decision that throws is an error of this side. */
async function answers(driver: Driver, effect: NegotiationOut): Promise<readonly NegotiationInput[]> {
  const { proposals, context, decide } = driver;
  if (effect.do === 'certify') {
    const signatures = await certificateSignatures(driver.signer, effect.certificate);
    return signatures.map((signature) => ({ type: 'certified', ...momentOf(driver), signature }));
  }
  if (effect.do !== 'consider') return [];
  const { theirs, own, round, accepted } = effect;
  const { floor } = context;
  const view: NegotiationView = {
    theirs,
    round,
    accepted,
    proposals,
    ...(own === undefined ? {} : { own }),
    ...(floor === undefined ? {} : { floor }),
  };
  try {
    const decision = await decide(view);
    return [{ type: 'decided', ...momentOf(driver), decision }];
  } catch (error) {
    return [{ type: 'error', now: driver.clock.monotonic(), code: codeOf(error, 'PNP_FAULT') }];
  }
}

async function certificateSignatures(
  signer: Signer,
  { type, head, body }: Unsigned,
): Promise<readonly EnvelopeSignature[]> {
  return (await signEnvelope({ type, head, body, signers: [signer] })).sigs;
}

async function signed(signer: Signer, { type, head, body }: Unsigned): Promise<string> {
  return encodeEnvelope(await signEnvelope({ type, head, body, signers: [signer] }), {
    maxBytes: MESSAGE_MAX_BYTES,
  });
}

function refuse(side: DrivenSide): void {
  side.refused++;
  if (side.refused > MESSAGES_MAX)
    fail('PNP_FLOODED', `more than ${MESSAGES_MAX} refused messages`, 'duplex');
}

/** Ends the side, whatever its ports do; what can still be logged is logged. */
export async function giveUp(driver: Driver, side: DrivenSide, code: ErrorCode): Promise<void> {
  side.isAbandoned = true;
  const { state, out } = stepNegotiation(driver.context, side.state, {
    type: 'error',
    now: driver.clock.monotonic(),
    code,
  });
  side.state = state;
  // A log that fails has failed already; the result says why.
  for (const effect of out)
    if (effect.do === 'ended') await record(driver, state, effect.end).catch(() => undefined);
  await driver.keep(side).catch(() => undefined);
}

async function record(
  { recorder, clock, trace, did }: Driver,
  state: Negotiation,
  end: NegotiationEnd,
): Promise<void> {
  const { role, session = '', peer, accepted, conflicts = [] } = state;
  const event: TtpEvent = {
    type: 'negotiation-advanced',
    component: 'pnp',
    at: clock.now(),
    trace,
    agent: did,
    subject: peer,
    data: {
      session,
      role,
      from: end.from,
      to: end.to,
      ...(end.code === undefined ? {} : { code: end.code }),
      ...(end.to === 'AGREED' && accepted !== undefined
        ? {
            agreement: accepted.hash,
            transcript: accepted.transcript,
            layers: [...accepted.agreement.layers],
          }
        : {}),
      ...(end.to === 'REJECTED'
        ? {
            conflicts: conflicts.map(({ code, left, right }) => ({
              code,
              left: left.field,
              right: right.field,
            })),
          }
        : {}),
    },
  };
  await recorder.record([event]);
}

/** Whether a side waits for a message of the peer, and has one of its own that may not have arrived. */
export const isWaiting = ({ state: { chain, sent, ...state } }: DrivenSide): boolean =>
  !isOver({ chain, ...state }) && chain.length > 0 && chain.at(-1) === sent;

/** Bytes of a message, as a connection carries them. */
export const bytesOf = (text: string): Uint8Array => utf8(text);
