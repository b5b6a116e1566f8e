import { codeOf, type EnvelopeHead, type JsonObject } from '@ttp/core';
import { decodeEnvelope, envelopeId, type ReplayGuard, verifyEnvelope } from '@ttp/crypto';
import { completed, parties, roundOf } from './acts.js';
import { agreementHash } from './agreement.js';
import { AGREEMENT, certificateOf, transcriptOf } from './certificate.js';
import { fail } from './fail.js';
import { weigh } from './floor.js';
import { DEADLINE_SKEW_MS, MESSAGE_MAX_BYTES, SESSION_TIMEOUT_MS } from './limits.js';
import { kindOf, loadSent, type MessageBodies, type MessageKind, readBody } from './message.js';
import {
  hasMoved,
  isOver,
  moved,
  type Negotiation,
  type NegotiationContext,
  type NegotiationInput,
  type NegotiationStep,
} from './negotiation.js';

type Received = Extract<NegotiationInput, { readonly type: 'message' }>;

/** A verified message, bound to its place. */
interface Opened {
  readonly kind: MessageKind;
  readonly head: EnvelopeHead;
  readonly body: JsonObject;
  /** The state with the message in its chain. */
  readonly state: Negotiation;
}

/** A message that names the one of ours before it, with a nonce of ours in it, cannot be an old one. */
const BOUND_BY_CHAIN: ReplayGuard = { admit: () => undefined };

/**
 * A message arrives. What is not authentic, or not for this session, counts for nothing: otherwise whoever can send
 * garbage could end everybody's negotiations. What the peer signed for this session and should not have, throws, and
 * the caller ends the negotiation with its code.
 */
export function receive(context: NegotiationContext, state: Negotiation, input: Received): NegotiationStep {
  const opened = openMessage(context, state, input);
  return 'kind' in opened ? admit(context, state, opened, input) : opened;
}

function openMessage(
  context: NegotiationContext,
  state: Negotiation,
  { bytes, wall }: Received,
): Opened | NegotiationStep {
  const nothing = (code: Parameters<typeof codeOf>[1]): NegotiationStep => ({
    state,
    out: [{ do: 'refused', code }],
  });
  const { party, peer, chain, session } = state;
  try {
    const unverified = decodeEnvelope(bytes, { maxBytes: MESSAGE_MAX_BYTES });
    const id = envelopeId(unverified);
    // The same message again is no replay but a peer without an answer; ACK too is sent as often as it is asked for.
    if (id === state.received)
      return { state, out: chain.at(-1) === state.sent && isAnswering(state) ? [{ do: 'resend' }] : [] };
    if (unverified.head.iss === party) return nothing('PNP_REFLECTED');
    if (unverified.head.iss !== peer) return nothing('PNP_FOREIGN_PARTY');
    if (chain.includes(id)) return nothing('PNP_REPLAYED');
    if (isOver(state)) return nothing('PNP_OUT_OF_TURN');
    const kind = kindOf(unverified.type);
    const { open = verifyEnvelope, keyOf, replay } = context;
    const { head, body } = open(bytes, {
      type: unverified.type,
      parse: (members) => members,
      keyOf,
      now: wall,
      audience: party,
      replay: kind === 'offer' ? replay : BOUND_BY_CHAIN,
      maxBytes: MESSAGE_MAX_BYTES,
    });
    // Before the offer nothing binds a message to this session: what is not an offer may be of any other one.
    if ((chain.length === 0 && kind !== 'offer') || (session ?? body['session']) !== body['session'])
      return nothing('PNP_OTHER_SESSION');
    return { kind, head, body, state: { ...state, chain: [...chain, id], received: id } };
  } catch (error) {
    return nothing(codeOf(error, 'PNP_FAULT'));
  }
}

/** An aborted side has nothing more to say. */
const isAnswering = ({ machine }: Negotiation): boolean => machine.at !== 'ABORTED';

function admit(
  context: NegotiationContext,
  before: Negotiation,
  { kind, head, body, state }: Opened,
  input: Received,
): NegotiationStep {
  if (head.prev !== before.chain.at(-1)) fail('PNP_CHAIN', 'follows another message', 'head.prev');
  switch (kind) {
    case 'offer':
      return offer(before, state, readBody(kind, body), input);
    case 'counter':
      return counter(state, readBody(kind, body), input);
    case 'accept':
      return accept(state, readBody(kind, body), head, input);
    case 'reject': {
      const { round, conflicts } = readBody(kind, body);
      requireRound(state, round);
      const next = moved(state, { type: 'receiveReject', now: input.now });
      return { ...next, state: { ...next.state, conflicts } };
    }
    case 'finalize':
      return finalize(context, state, readBody(kind, body), input);
    case 'ack':
  }
  return acknowledge(context, state, readBody('ack', body), input);
}

function requireRound(state: Negotiation, round: number): void {
  if (round !== roundOf(state)) fail('PNP_ROUND', `round ${round} in round ${roundOf(state)}`, 'body.round');
}

function offer(
  before: Negotiation,
  state: Negotiation,
  { session, round, deadline, policy }: MessageBodies['offer'],
  { now, wall }: Received,
): NegotiationStep {
  if (before.role === 'initiator' || before.chain.length > 0)
    fail('PNP_OUT_OF_TURN', 'the offer was made already', 'type');
  if (round !== 1) fail('PNP_ROUND', 'the offer opens the first round', 'body.round');
  const left = deadline - wall;
  // It may have been under way for long, or be held back: this side goes on waiting for one in time.
  if (left <= 0) return { state: before, out: [{ do: 'refused', code: 'PNP_EXPIRED' }] };
  if (left > SESSION_TIMEOUT_MS + DEADLINE_SKEW_MS)
    fail('PNP_BAD_DEADLINE', `${left} ms ahead`, 'body.deadline');
  loadSent(policy);
  // From here on by the monotonic clock of this side, whatever either wall clock does (flaws N6, H10).
  const next = moved(state, {
    type: 'receiveOffer',
    now,
    round,
    ends: now + left,
  });
  if (!hasMoved(next)) return next;
  return considering({ ...next.state, session, deadline, theirs: policy }, policy);
}

function counter(
  state: Negotiation,
  { round, policy }: MessageBodies['counter'],
  { now }: Received,
): NegotiationStep {
  if (round !== roundOf(state) + 1) fail('PNP_ROUND', `a counter of round ${round}`, 'body.round');
  const next = moved(state, { type: 'receiveOffer', now, round });
  if (!hasMoved(next)) return next;
  loadSent(policy);
  return considering({ ...next.state, theirs: policy }, policy);
}

function accept(
  state: Negotiation,
  { round, policy, agreement: claimed }: MessageBodies['accept'],
  head: EnvelopeHead,
  { now }: Received,
): NegotiationStep {
  requireRound(state, round);
  const next = moved(state, { type: 'receiveOffer', now, round });
  if (!hasMoved(next)) return next;
  const { own, session = '', deadline = 0 } = state;
  if (own === undefined) return fail('PNP_OUT_OF_TURN', 'nothing was offered', 'type');
  const { agreement, conflicts } = weigh(loadSent(own), loadSent(policy));
  // The meet of what both said last, and of nothing earlier or weaker (flaw.N4).
  if (agreement === undefined || conflicts.length > 0 || agreementHash(agreement) !== claimed)
    return fail('PNP_DOWNGRADE', 'not the meet of the last policies', 'body.agreement');
  const transcript = transcriptOf(state.chain);
  const certificate = certificateOf({
    session,
    ...parties(state),
    deadline,
    agreement,
    transcript,
    at: head.iat,
  });
  const accepted = { by: 'peer', agreement, hash: claimed, transcript, certificate } as const;
  return considering({ ...next.state, theirs: policy, accepted }, policy);
}

function considering(state: Negotiation, theirs: MessageBodies['counter']['policy']): NegotiationStep {
  const { own, accepted } = state;
  const asked = { theirs, round: roundOf(state), accepted: accepted !== undefined };
  return { state, out: [{ do: 'consider', ...asked, ...(own === undefined ? {} : { own }) }] };
}

function finalize(
  { keyOf, open = verifyEnvelope }: NegotiationContext,
  state: Negotiation,
  { round, agreement, transcript, signature }: MessageBodies['finalize'],
  { now, wall }: Received,
): NegotiationStep {
  const { accepted, peer } = state;
  if (accepted?.by !== 'self') return fail('PNP_OUT_OF_TURN', 'nothing was accepted', 'type');
  requireRound(state, round);
  if (agreement !== accepted.hash) fail('PNP_DOWNGRADE', 'another agreement', 'body.agreement');
  if (transcript !== accepted.transcript) fail('PNP_TRANSCRIPT', 'other messages', 'body.transcript');
  open(
    { ...accepted.certificate, sigs: [signature] },
    { type: AGREEMENT, parse: (body) => body, signers: () => ({ all: [peer] }), keyOf, now: wall },
  );
  const next = moved(state, { type: 'finalize', now });
  if (!hasMoved(next)) return next;
  const { certificate } = accepted;
  return { state: { ...next.state, signature }, out: [{ do: 'certify', certificate }] };
}

function acknowledge(
  context: NegotiationContext,
  state: Negotiation,
  { round, agreement, signature }: MessageBodies['ack'],
  { now, wall }: Received,
): NegotiationStep {
  const { accepted } = state;
  if (accepted?.by !== 'peer') return fail('PNP_OUT_OF_TURN', 'nothing was finalised', 'type');
  requireRound(state, round);
  if (agreement !== accepted.hash) fail('PNP_DOWNGRADE', 'another agreement', 'body.agreement');
  const certificate = completed(context, state, signature, wall);
  const next = moved(state, { type: 'acknowledge', now });
  return hasMoved(next) ? { ...next, state: { ...next.state, certificate } } : next;
}
