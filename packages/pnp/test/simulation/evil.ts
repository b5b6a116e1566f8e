import { type EnvelopeHead, isHash, type JsonObject } from '@ttp/core';
import { base64url, encodeEnvelope, envelopeId, hashJson } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import type { SeededRandom } from '@ttp/testkit';
import {
  agreementHash,
  agreementOf,
  MESSAGE_TYPES,
  type NegotiationDecision,
  type PolicyText,
  transcriptOf,
  type Unsigned,
} from '../../src/index.js';
import { Party, type PartyInput } from './party.js';

/** What a malicious peer does with a message that it should have sent as it was. */
export const PEER_ATTACKS = [
  'unknown-field',
  'older-version',
  'downgrade',
  'stale-policy',
  'other-policy',
  'other-transcript',
  'bad-certificate-signature',
  'fourth-round',
  'skipped-round',
  'far-deadline',
  'other-session',
  'broken-chain',
  'equivocate',
  'late',
  'withhold',
] as const;
export type PeerAttack = (typeof PEER_ATTACKS)[number];

/** Those that are about members which few messages have, and those that take time to show. */
const SPECIAL: ReadonlySet<PeerAttack> = new Set<PeerAttack>([
  'downgrade',
  'stale-policy',
  'other-policy',
  'other-transcript',
  'bad-certificate-signature',
  'far-deadline',
  'late',
]);

/** A side that holds its own key and keeps none of the rules. */
export class EvilParty extends Party {
  readonly #random: SeededRandom;
  readonly #rate: number;
  readonly #hit: (attack: PeerAttack) => void;
  /** The agreement it lies about; some stick to it. */
  #lie: string | undefined;

  constructor(input: PartyInput, rate: number, hit: (attack: PeerAttack) => void) {
    super(input);
    this.#random = input.random;
    this.#rate = rate;
    this.#hit = hit;
  }

  /** Accepts what does not fit, counters what does, or decides like anybody. */
  protected override decision(): NegotiationDecision {
    if (!this.#random.chance(this.#rate)) return super.decision();
    const policy = this.#random.pick(this.input.proposals);
    return this.#random.pick<NegotiationDecision>([
      { do: 'accept', policy },
      { do: 'counter', policy },
      { do: 'reject', conflicts: [] },
    ]);
  }

  protected override send(message: Unsigned): boolean {
    if (this.#lie !== undefined && 'agreement' in message.body)
      return super.send({ ...message, body: { ...message.body, agreement: this.#lie } });
    if (!this.#random.chance(this.#rate)) return super.send(message);
    const { clock, publish } = this.input;
    const apply = PEER_ATTACKS.filter((one) => this.#forge(one, message) !== undefined);
    // Most messages have nothing that most attacks are about: those are picked where they can be.
    const special = apply.filter((one) => SPECIAL.has(one));
    const attack = this.#random.pick(special.length > 0 && this.#random.chance(0.6) ? special : apply);
    const forged = this.#forge(attack, message);
    if (forged === undefined) return super.send(message);
    this.#hit(attack);
    if (this.#random.chance(0.5)) this.#believe(forged);
    const text = this.#text(forged);
    this.last = text;
    if (attack === 'withhold') return true;
    if (attack === 'late') clock.after(15_000 + this.#random.int(120_000), () => publish(text));
    else publish(text);
    // The true one as well: two messages for one turn.
    if (attack === 'equivocate') publish(this.#text(message));
    return true;
  }

  /** Goes on as if it had said what it said: a lie that its own checks would find is found before it is told. */
  #believe(forged: Unsigned): void {
    const id = envelopeId({ ...forged, sigs: [] });
    const chain = [...this.state.chain.slice(0, -1), id];
    this.state = { ...this.state, chain, sent: id };
    const { accepted } = this.state;
    const claimed = forged.body['agreement'];
    if (accepted === undefined || typeof claimed !== 'string' || !isHash(claimed)) return;
    this.#lie = claimed;
    const isAcceptance = forged.type === MESSAGE_TYPES.accept;
    const transcript = isAcceptance ? transcriptOf(chain) : accepted.transcript;
    const { certificate } = accepted;
    this.state = {
      ...this.state,
      accepted: {
        ...accepted,
        hash: claimed,
        transcript,
        certificate: { ...certificate, body: { ...certificate.body, transcript } },
      },
    };
  }

  #text(message: Unsigned): string {
    return encodeEnvelope({ ...message, sigs: [this.sign(message)] });
  }

  /** The message with the attack in it; undefined where the attack does not apply to it. */
  #forge(attack: PeerAttack, message: Unsigned): Unsigned | undefined {
    const { body, head } = message;
    const said = (members: JsonObject): Unsigned => ({ ...message, body: { ...body, ...members } });
    const headed = (members: Partial<EnvelopeHead>): Unsigned => ({
      ...message,
      head: { ...head, ...members },
    });
    const has = (member: string, members: JsonObject): Unsigned | undefined =>
      member in body ? said(members) : undefined;
    const nonce = base64url(this.#random.bytes(32));
    const kid = this.input.signer.kid;
    const round = Number(body['round']);
    switch (attack) {
      case 'unknown-field':
        return said({ critical: true });
      case 'older-version':
        return said({ v: 0 });
      case 'downgrade':
        return has('agreement', { agreement: this.#alone(this.#random.pick(this.input.proposals)) });
      case 'stale-policy':
        return this.state.theirs === undefined
          ? undefined
          : has('agreement', { agreement: this.#alone(this.state.theirs) });
      case 'other-policy':
        return has('policy', {
          policy: {
            ...this.#random.pick(this.input.proposals),
            text: this.#random.pick(this.input.proposals).text,
          },
        });
      case 'other-transcript':
        return has('transcript', { transcript: hashJson(nonce) });
      case 'bad-certificate-signature':
        return has('signature', { signature: { kid, sig: base64url(this.#random.bytes(64)) } });
      case 'fourth-round':
        return said({ round: 4 });
      case 'skipped-round':
        return said({ round: 1 + (round % 3) });
      case 'far-deadline':
        return has('deadline', { deadline: Number(body['deadline']) + 200_000 });
      case 'other-session':
        return said({ session: nonce });
      case 'broken-chain':
        return headed({ prev: hashJson(nonce) });
      case 'equivocate':
        return headed({ nonce });
      case 'late':
      case 'withhold':
    }
    return message.type === MESSAGE_TYPES.reject ? undefined : message;
  }

  /** The agreement of one policy with itself. */
  #alone({ text }: PolicyText): string {
    return agreementHash(agreementOf(loadPolicy(text)));
  }
}
