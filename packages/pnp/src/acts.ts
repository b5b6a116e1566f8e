import type { Did, Envelope, EnvelopeSignature, JsonObject } from '@ttp/core';
import { agreementHash } from './agreement.js';
import { certificateOf, transcriptOf, verifyAgreement } from './certificate.js';
import type { Conflict } from './conflict.js';
import { fail } from './fail.js';
import { weigh } from './floor.js';
import { SESSION_TIMEOUT_MS } from './limits.js';
import {
  conflictsText,
  loadSent,
  MESSAGE_TYPES,
  type MessageKind,
  type PolicyText,
  type Unsigned,
} from './message.js';
import {
  hasMoved,
  idOf,
  moved,
  type Negotiation,
  type NegotiationContext,
  type NegotiationInput,
  type NegotiationStep,
} from './negotiation.js';

type Input<Type> = Extract<NegotiationInput, { readonly type: Type }>;
/** When a message is made, and what makes it unlike any other. */
type Moment = Pick<Input<'start'>, 'wall' | 'nonce'>;

/** An initiator makes its offer, a responder waits for one. */
export function start(state: Negotiation, { now, wall, nonce, policy }: Input<'start'>): NegotiationStep {
  const next = moved(state, { type: 'startNegotiation', now });
  if (!hasMoved(next) || state.role === 'responder') return next;
  if (policy === undefined) return fail('PNP_BAD_PROPOSALS', 'an offer has a policy', 'policy');
  loadSent(policy);
  const deadline = wall + SESSION_TIMEOUT_MS;
  const offering = { ...next.state, own: policy, deadline };
  return say(offering, 'offer', { wall, nonce }, { deadline, policy: { ...policy } });
}

/** Accepts, counters or rejects. */
export function decided(
  context: NegotiationContext,
  state: Negotiation,
  input: Input<'decided'>,
): NegotiationStep {
  const { now, decision } = input;
  if (decision.do === 'accept') return accept(context, state, input, decision.policy ?? state.own);
  if (decision.do === 'counter') return counter(state, input, decision.policy);
  const next = moved(state, { type: 'reject', now });
  return hasMoved(next) ? rejected(next, state, input, decision.conflicts) : next;
}

function rejected(
  next: NegotiationStep,
  before: Negotiation,
  input: Moment,
  conflicts: readonly Conflict[],
): NegotiationStep {
  const said = say(before, 'reject', input, { conflicts: conflictsText(conflicts) });
  const { machine } = next.state;
  return { state: { ...said.state, machine, conflicts }, out: [...said.out, ...next.out] };
}

function counter(state: Negotiation, input: Input<'decided'>, policy: PolicyText): NegotiationStep {
  const { now } = input;
  // Who accepted is bound by it until the deadline: the answer is yes or no.
  if (state.accepted !== undefined) fail('PNP_OUT_OF_TURN', 'the peer has accepted', 'decision');
  const next = moved(state, { type: 'counter', now });
  if (!hasMoved(next)) return next;
  loadSent(policy);
  return say({ ...next.state, own: policy }, 'counter', input, { policy: { ...policy } });
}

function accept(
  context: NegotiationContext,
  state: Negotiation,
  input: Input<'decided'>,
  own: PolicyText | undefined,
): NegotiationStep {
  const next = moved(state, { type: 'accept', now: input.now });
  if (!hasMoved(next)) return next;
  const { theirs, deadline = 0, session = '', accepted } = state;
  if (own === undefined || theirs === undefined)
    return fail('PNP_BAD_PROPOSALS', 'no policy of both', 'decision');
  if (accepted !== undefined && own.hash !== state.own?.hash)
    fail('PNP_OUT_OF_TURN', 'the peer has accepted another policy', 'decision');
  const { agreement, conflicts } = weigh(loadSent(own), loadSent(theirs), context.floor);
  // Whoever decides may be wrong; what is below a floor or has no meet is never agreed on (flaw.N4).
  if (agreement === undefined || conflicts.length > 0)
    return fail('PNP_CONFLICT', 'the policies do not come together', 'decision');
  if (accepted !== undefined) return { ...next, out: [{ do: 'certify', certificate: accepted.certificate }] };
  const accepting = { ...next.state, own };
  const hash = agreementHash(agreement);
  const message = messageOf(accepting, 'accept', input, { policy: { ...own }, agreement: hash });
  const transcript = transcriptOf([...state.chain, idOf(message)]);
  const certificate = certificateOf({
    session,
    ...parties(state),
    deadline,
    agreement,
    transcript,
    at: input.wall,
  });
  return sent({ ...accepting, accepted: { by: 'self', agreement, hash, transcript, certificate } }, message);
}

/** The certificate was signed here: it goes out with FINALIZE, or completes the one that came with it. */
export function certified(
  context: NegotiationContext,
  state: Negotiation,
  input: Input<'certified'>,
): NegotiationStep {
  const { now, signature } = input;
  const { accepted } = state;
  if (accepted === undefined) return fail('PNP_OUT_OF_TURN', 'nothing to certify', 'signature');
  const { hash: agreement, transcript } = accepted;
  if (accepted.by === 'peer') {
    const next = moved(state, { type: 'finalize', now });
    if (!hasMoved(next)) return next;
    return say({ ...next.state, signature }, 'finalize', input, {
      agreement,
      transcript,
      signature: { ...signature },
    });
  }
  const next = moved(state, { type: 'acknowledge', now });
  if (!hasMoved(next)) return next;
  const certificate = completed(context, state, signature, input.wall);
  const said = say(state, 'ack', input, { agreement, signature: { ...signature } });
  return {
    state: { ...said.state, machine: next.state.machine, certificate },
    out: [...said.out, ...next.out],
  };
}

/** The certificate with the signature that was there and the one that came; verified, or there is no agreement. */
export function completed(
  { keyOf, open }: NegotiationContext,
  { accepted, signature: first, own, theirs }: Negotiation,
  second: EnvelopeSignature,
  wall: number,
): Envelope {
  if (accepted === undefined || first === undefined || own === undefined || theirs === undefined)
    return fail('PNP_OUT_OF_TURN', 'nothing to complete', 'signature');
  const sigs = [first, second].sort((a, b) => (a.kid < b.kid ? -1 : 1));
  const certificate = { ...accepted.certificate, sigs };
  const policies = [...new Set([own.text, theirs.text])];
  verifyAgreement(certificate, { keyOf, now: wall, policies, ...(open === undefined ? {} : { open }) });
  return certificate;
}

/** Who made the first offer, and who answered it. */
export const parties = ({
  role,
  party,
  peer,
}: Negotiation): { readonly initiator: Did; readonly responder: Did } =>
  role === 'initiator' ? { initiator: party, responder: peer } : { initiator: peer, responder: party };

/** The round of a side in the middle of it; 0 before and after. */
export const roundOf = ({ machine }: Negotiation): number => ('round' in machine ? machine.round : 0);

function messageOf(
  state: Negotiation,
  kind: MessageKind,
  { wall, nonce }: Moment,
  body: JsonObject,
): Unsigned {
  const { party, peer, session = '', chain } = state;
  const prev = chain.at(-1);
  return {
    type: MESSAGE_TYPES[kind],
    head: { iss: party, iat: wall, aud: peer, nonce, ...(prev === undefined ? {} : { prev }) },
    body: { v: 1, session, round: roundOf(state), ...body },
  };
}

function sent(state: Negotiation, message: Unsigned): NegotiationStep {
  const id = idOf(message);
  return { state: { ...state, chain: [...state.chain, id], sent: id }, out: [{ do: 'send', message }] };
}

const say = (state: Negotiation, kind: MessageKind, moment: Moment, body: JsonObject): NegotiationStep =>
  sent(state, messageOf(state, kind, moment, body));
