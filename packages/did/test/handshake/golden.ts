import { asHash, type Hash } from '@ttp/core';
import { fromHex, fromUtf8, generateExchangeKey, hex, keyPairOf, sealAead, utf8 } from '@ttp/crypto';
import { didKey, openSession, type SessionState, sessionMachine } from '../../src/index.js';
import {
  deliver,
  failure,
  initiateWith,
  type Party,
  partyOf,
  REAL,
  type Run,
  respondWith,
  type Scene,
  START,
} from './rig.js';

/** What one side of a golden handshake brings along. */
export interface GoldenSide {
  /** Ed25519 seed, ephemeral X25519 secret key and nonce, 32 bytes each, in hexadecimal. */
  readonly seed: string;
  readonly ephemeral: string;
  readonly nonce: string;
  readonly policy: string;
}

/** The inputs of a golden handshake. */
export interface GoldenInput {
  /** The name of the channel, in hexadecimal. */
  readonly binding: string;
  /** Wall clock at both sides, ms. */
  readonly wall: number;
  readonly initiator: GoldenSide;
  readonly responder: GoldenSide;
  /** What each side says afterwards. */
  readonly says: { readonly initiator: readonly string[]; readonly responder: readonly string[] };
}

/** What it gives. */
export interface GoldenOutput {
  readonly init: string;
  readonly challengeResponse: string;
  readonly response: string;
  readonly complete: string;
  readonly transcript: string;
  readonly session: string;
  readonly initiatorKey: string;
  readonly responderKey: string;
  readonly records: { readonly initiator: readonly string[]; readonly responder: readonly string[] };
}

/** Another message in place of the `at`th. */
export interface Exchange {
  readonly at: 1 | 2 | 3 | 4;
  readonly message: string;
}

const partyFor = ({ seed, policy }: GoldenSide): Party => {
  const pair = keyPairOf(fromHex(seed));
  const hash: Hash = asHash(policy);
  return partyOf(didKey(pair.publicKey), pair, hash);
};

const message = ({ sent }: Run, n: number): string => fromUtf8(sent[n] ?? new Uint8Array());

/** Plays a golden handshake, with one of its messages exchanged where asked; the code of who refused it. */
export async function play(input: GoldenInput, exchange?: Exchange): Promise<GoldenOutput | string> {
  const [alice, bob] = [partyFor(input.initiator), partyFor(input.responder)];
  const scene: Scene = { suite: REAL, parties: [alice, bob], now: input.wall - START };
  const side = (self: Party, from: GoldenSide) => ({
    self: self.claim,
    publicKey: self.publicKey,
    ephemeral: generateExchangeKey({ bytes: () => fromHex(from.ephemeral) }),
    nonce: fromHex(from.nonce),
    binding: fromHex(input.binding),
    primitives: REAL,
  });
  const through = (at: number, bytes: Uint8Array | undefined): Uint8Array =>
    exchange?.at === at ? utf8(exchange.message) : (bytes ?? new Uint8Array());

  const initiator = await initiateWith(scene, alice, bob, side(alice, input.initiator));
  const responder = await respondWith(scene, bob, through(1, initiator.sent[0]), side(bob, input.responder));
  if (typeof responder === 'string') return responder;
  await deliver(scene, initiator, through(2, responder.sent[0]));
  if (initiator.sent[1] !== undefined) await deliver(scene, responder, through(3, initiator.sent[1]));
  if (responder.sent[1] !== undefined) await deliver(scene, initiator, through(4, responder.sent[1]));
  const [a, b] = [initiator.established, responder.established];
  if (a === undefined || b === undefined) return failure(responder) ?? failure(initiator) ?? 'incomplete';
  return {
    init: message(initiator, 0),
    challengeResponse: message(responder, 0),
    response: message(initiator, 1),
    complete: message(responder, 1),
    transcript: a.transcript,
    session: b.session,
    initiatorKey: hex(a.sendKey),
    responderKey: hex(b.sendKey),
    records: {
      initiator: await recordsOf(openSession(a, 0), input.says.initiator),
      responder: await recordsOf(openSession(b, 0), input.says.responder),
    },
  };
}

/** The records of what a side says, in hexadecimal. */
async function recordsOf(opened: SessionState, says: readonly string[]): Promise<readonly string[]> {
  const records: string[] = [];
  let state = opened;
  for (const said of says) {
    const sealing = sessionMachine.step(state, { type: 'send', now: 0, plaintext: utf8(said) });
    for (const effect of sealing.out) {
      if (effect.do !== 'seal') continue;
      const { id, header } = effect;
      const sealed = { type: 'sealed', now: 0, id, header, ciphertext: await sealAead(effect) } as const;
      const sent = sessionMachine.step(sealing.state, sealed);
      state = sent.state;
      for (const { bytes } of sent.out.filter((out) => out.do === 'send')) records.push(hex(bytes));
    }
  }
  return records;
}
