import { asDid, type Hash, type Signer } from '@ttp/core';
import { base64url, createReplayGuard, encodeEnvelope, type ReplayGuard, signEnvelope } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import { keysOf, type SeededRandom, seededRandom, type TestSigner, testSigner } from '@ttp/testkit';
import {
  decideByProposals,
  type Floor,
  idleNegotiation,
  type Negotiation,
  type NegotiationContext,
  type NegotiationDecision,
  type NegotiationInput,
  type NegotiationOut,
  type NegotiationRole,
  type NegotiationView,
  proposalsOf,
  stepNegotiation,
  type Unsigned,
} from '../src/index.js';

/** Wall clock at which every test begins. */
export const START = 1_700_000_000_000;

const SCIDS = [
  'QmZ17ZFJUz6AZNHkuyAEdc2auvwgxMTJmEZCBhFhequE7H',
  'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG',
  'QmT5NvUtoM5nWFfrQdVrFtvGfKFmG7AHE8P34isapyhCxX',
];
const signerOf = (n: number): TestSigner => testSigner(n, asDid(`did:ttp:agent:${SCIDS[n] ?? ''}`));
export const [ALICE, BOB, CAROL] = [signerOf(0), signerOf(1), signerOf(2)];
export const keyOf = keysOf(ALICE, BOB, CAROL);

/** A policy of one rule. */
export const policyText = (members: object = {}, id = 'read'): string =>
  JSON.stringify({
    version: '1.0.0',
    ...members,
    rules: [{ id, effect: 'allow', resources: ['api/**'], actions: ['read'] }],
  });

/** A policy as it is sent. */
export const sentAs = (text: string): { readonly hash: Hash; readonly text: string } => ({
  hash: loadPolicy(text).hash,
  text,
});

/** One side under test, with all that its driver would keep. */
export interface Side {
  readonly signer: TestSigner;
  readonly context: NegotiationContext;
  readonly proposals: readonly string[];
  readonly decide: (view: NegotiationView) => NegotiationDecision;
  readonly random: SeededRandom;
  state: Negotiation;
  /** Texts of messages in the order they were to be sent, repetitions included. */
  readonly outbox: string[];
  /** Everything but messages. */
  readonly log: NegotiationOut[];
  last?: string;
}

export interface SideOptions {
  readonly proposals?: readonly string[];
  readonly floor?: Floor;
  readonly decide?: (view: NegotiationView) => NegotiationDecision;
  readonly replay?: ReplayGuard;
  readonly session?: string;
}

export const SESSION = base64url(new Uint8Array(32).fill(7));

export function side(role: NegotiationRole, options: SideOptions = {}): Side {
  const [signer, peer] = role === 'initiator' ? [ALICE, BOB] : [BOB, ALICE];
  const { proposals = [policyText({}, role)], floor, decide = decideByProposals } = options;
  const { replay = createReplayGuard({ bootAt: 0 }), session } = options;
  const named = session ?? (role === 'initiator' ? SESSION : undefined);
  return {
    signer,
    context: { keyOf, replay, ...(floor === undefined ? {} : { floor }) },
    proposals,
    decide,
    random: seededRandom(`rig ${role}`),
    state: idleNegotiation({
      role,
      party: signer.did,
      peer: peer.did,
      ...(named === undefined ? {} : { session: named }),
    }),
    outbox: [],
    log: [],
  };
}

/** When something happens: ms since the start, on the monotonic clock and, unless given, on the wall clock. */
export interface When {
  readonly now: number;
  readonly wall?: number;
}

const moment = ({ now, wall = START + now }: When): { readonly now: number; readonly wall: number } => ({
  now,
  wall,
});

const sign = async (signer: Signer, { type, head, body }: Unsigned) =>
  signEnvelope({ type, head, body, signers: [signer] });

/** Feeds one input and does what comes out of it, decisions and signatures included. */
export async function feed(one: Side, input: NegotiationInput, when: When): Promise<void> {
  const nonce = (): string => base64url(one.random.bytes(32));
  const queue: NegotiationInput[] = [input];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { state, out } = stepNegotiation(one.context, one.state, next);
    one.state = state;
    for (const effect of out) {
      if (effect.do === 'send') {
        one.last = encodeEnvelope(await sign(one.signer, effect.message));
        one.outbox.push(one.last);
      } else if (effect.do === 'resend') one.outbox.push(one.last ?? '');
      else if (effect.do === 'consider') {
        const { floor } = one.context;
        const view = { ...effect, proposals: proposalsOf(one.proposals) };
        const decision = one.decide(floor === undefined ? view : { ...view, floor });
        queue.push({ type: 'decided', ...moment(when), nonce: nonce(), decision });
      } else if (effect.do === 'certify') {
        const { sigs } = await sign(one.signer, effect.certificate);
        for (const signature of sigs)
          queue.push({ type: 'certified', ...moment(when), nonce: nonce(), signature });
      } else one.log.push(effect);
    }
  }
}

export async function begin(one: Side, when: When = { now: 0 }): Promise<void> {
  const nonce = base64url(one.random.bytes(32));
  const [policy] = proposalsOf(one.proposals);
  const offered = one.state.role === 'initiator' && policy !== undefined ? { policy } : {};
  await feed(one, { type: 'start', ...moment(when), nonce, ...offered }, when);
}

export const deliver = (one: Side, bytes: string, when: When = { now: 1 }): Promise<void> =>
  feed(one, { type: 'message', ...moment(when), bytes }, when);

/** Carries messages to and fro until nobody has any more, or `most` of them. */
export async function converse(
  a: Side,
  b: Side,
  most = 20,
  when: When = { now: 1 },
): Promise<readonly string[]> {
  const carried: string[] = [];
  let read = { a: 0, b: 0 };
  while (carried.length < most) {
    const fromA = a.outbox[read.a];
    const fromB = b.outbox[read.b];
    if (fromA !== undefined) {
      read = { ...read, a: read.a + 1 };
      carried.push(fromA);
      await deliver(b, fromA, when);
    } else if (fromB !== undefined) {
      read = { ...read, b: read.b + 1 };
      carried.push(fromB);
      await deliver(a, fromB, when);
    } else break;
  }
  return carried;
}

/** Two sides, begun. */
export async function pair(
  initiator: SideOptions = {},
  responder: SideOptions = {},
): Promise<{ readonly a: Side; readonly b: Side }> {
  const [a, b] = [side('initiator', initiator), side('responder', responder)];
  await begin(b);
  await begin(a);
  return { a, b };
}

/** The code a side was aborted with, or the name of its state. */
export const endOf = ({ state: { machine } }: Side): string =>
  machine.at === 'ABORTED' ? machine.code : machine.at;

/** The codes of messages that counted for nothing. */
export const refusals = ({ log }: Side): readonly string[] =>
  log.flatMap((one) => (one.do === 'refused' ? [one.code] : []));
