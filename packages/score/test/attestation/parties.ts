import { asDid, type Did, type Envelope, type Hash } from '@ttp/core';
import { base58btc, cosignEnvelope, envelopeId, hex, sha256, utf8 } from '@ttp/crypto';
import {
  type InteractionResult,
  openReceipt,
  type Rating,
  type Stated,
  signAttestation,
  signReceipt,
} from '@ttp/score';
import { keysOf, type TestSigner, testSigner } from '@ttp/testkit';

/** Noon of a day in 2026, ms. */
export const NOW = 1_780_000_000_000;
export const DAY = 86_400_000;

/** A `did:ttp` as an inception gives it: the multihash of some bytes. */
export function didOf(name: string, type = 'agent'): Did {
  const digest = sha256(utf8(name));
  return asDid(`did:ttp:${type}:${base58btc(Uint8Array.of(0x12, 0x20, ...digest))}`);
}

const made = new Map<string, TestSigner>();

/** Somebody with an identity and a key of his own; the same for the same name. */
export function party(name: string, type = 'agent'): TestSigner {
  const key = `${type} ${name}`;
  const known = made.get(key) ?? testSigner(1000 + made.size, didOf(name, type));
  made.set(key, known);
  return known;
}

/** The keys of everybody made so far. */
export const keyOf = (kid: string): Uint8Array | undefined => keysOf(...made.values())(kid);

/** The name of a session, as a trace has it. */
export const sessionOf = (name: string): string => hex(sha256(utf8(name))).slice(0, 32);

export const STARS = (overall: number): Rating => ({
  overall,
  dimensions: { reliability: 5, quality: 4, speed: 4, communication: 5, safety: 5 },
  wouldWorkAgain: overall > 3,
});

interface Session {
  readonly name?: string;
  readonly at?: number;
  readonly result?: InteractionResult;
}

/** The receipt of a session, signed by both. */
export async function receipt(
  a: TestSigner,
  b: TestSigner,
  { name = 'session', at = NOW, result = 'completed' }: Session = {},
): Promise<Envelope<'ttp/receipt@1'>> {
  const half = await signReceipt({ session: sessionOf(name), peer: b.did, result, signer: a, now: at });
  return cosignEnvelope(half, b);
}

/** A rating with its receipt, as two envelopes. */
export async function rated(
  issuer: TestSigner,
  subject: TestSigner,
  {
    name = 'session',
    at = NOW,
    overall = 5,
    expiresAt = at + 90 * DAY,
    result = 'completed',
  }: Session & { readonly overall?: number; readonly expiresAt?: number } = {},
): Promise<{ readonly receipt: Envelope; readonly attestation: Envelope; readonly id: Hash }> {
  const signed = await receipt(issuer, subject, { name, at, result });
  const attestation = await signAttestation({
    subject: subject.did,
    session: sessionOf(name),
    receipt: envelopeId(signed),
    rating: STARS(overall),
    signer: issuer,
    now: at,
    expiresAt,
  });
  return { receipt: signed, attestation, id: envelopeId(attestation) };
}

/** The context in which `openAttestation` knows these receipts. */
export function contextOf(receipts: readonly Envelope[], now = NOW) {
  const known = new Map(receipts.map((one) => [envelopeId(one), openReceipt(one, { keyOf })]));
  return { keyOf, receiptOf: (id: Hash) => known.get(id), now };
}

export const stated = (...envelopes: readonly Envelope[]): readonly Stated[] =>
  envelopes.map((envelope) => ({ envelope }));
