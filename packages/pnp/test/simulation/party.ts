import type { EnvelopeSignature } from '@ttp/core';
import { base64url, createReplayGuard, encodeEnvelope, envelopeId, type ReplayGuard } from '@ttp/crypto';
import type { SeededRandom, TestSigner } from '@ttp/testkit';
import {
  decideByProposals,
  type Floor,
  idleNegotiation,
  type Negotiation,
  type NegotiationDecision,
  type NegotiationInput,
  type NegotiationRole,
  type PolicyText,
  stepNegotiation,
  type Unsigned,
} from '../../src/index.js';
import type { EventQueue } from './event-queue.js';
import { decoded, type Suite } from './suite.js';

/** The step under test; another one where the simulator is to find what is wrong with it. */
export type StepFunction = typeof stepNegotiation;

/** What a side of a simulation is made of. */
export interface PartyInput {
  readonly role: NegotiationRole;
  readonly signer: TestSigner;
  readonly peer: TestSigner;
  readonly session: string;
  readonly proposals: readonly PolicyText[];
  readonly floor?: Floor;
  readonly clock: EventQueue;
  /** How far the wall clock is off, ms. */
  readonly skew: number;
  readonly random: SeededRandom;
  readonly suite: Suite;
  readonly step: StepFunction;
  readonly keyOf: (kid: string) => Uint8Array | undefined;
  readonly publish: (text: string) => void;
  /** Asked when a message is signed and its state stored, before it is sent: whether the side falls over now. */
  readonly crashes: () => boolean;
}

/** One honest side, with its driver: it stores its state before it sends anything, and goes on from it after a crash. */
export class Party {
  readonly input: PartyInput;
  readonly replay: ReplayGuard;
  state: Negotiation;
  /** What survives a crash. */
  stored: Stored;
  last: string | undefined;
  /** Every message that was signed, by what it follows: two of them would be two stories. */
  readonly signed: { readonly prev: string; readonly id: string }[] = [];
  /** Certificates this side signed. */
  readonly certificates = new Set<string>();
  crashed = 0;
  /** What each message follows, by its id, whoever sent it. */
  readonly follows = new Map<string, string | undefined>();
  /** States that were left for another one than ABORTED when their time was over. */
  readonly late: string[] = [];

  constructor(input: PartyInput) {
    this.input = input;
    this.replay = createReplayGuard({ bootAt: 0 });
    const { role, signer, peer, session } = input;
    this.state = idleNegotiation({ role, party: signer.did, peer: peer.did, session });
    this.stored = this.written();
  }

  start(): void {
    const [policy] = this.input.proposals;
    const offered = this.input.role === 'initiator' && policy !== undefined ? { policy } : {};
    this.feed({ type: 'start', ...this.moment(), ...offered });
  }

  receive(text: string): void {
    const { envelope, id } = decoded(text);
    this.follows.set(id, envelope.head.prev);
    this.feed({ type: 'message', ...this.moment(), bytes: text });
  }

  /** From time to time: the deadline, and what may not have arrived. */
  tick(): void {
    const { machine } = this.state;
    const now = this.input.clock.monotonic();
    if (machine.deadline !== undefined && now >= machine.deadline) this.feed({ type: 'timeout', now });
    else if (this.isWaiting() && this.last !== undefined) this.input.publish(this.last);
    // A crash can come between a message and what this side makes of it; whoever comes back decides again.
    else if (machine.at === 'CONSIDERING') this.decide();
    else if (machine.deadline !== undefined) this.certify();
  }

  /** The process dies; what was stored is all there is. */
  crash(): void {
    this.crashed++;
    const { state, last } = restored(this.stored);
    this.state = state;
    this.last = last;
    // Whoever comes back to a negotiation that never began, begins it.
    if (state.machine.at === 'IDLE') this.start();
  }

  isWaiting(): boolean {
    const { machine, chain, sent } = this.state;
    return machine.deadline !== undefined && chain.length > 0 && chain.at(-1) === sent;
  }

  isOver(): boolean {
    return ['AGREED', 'REJECTED', 'ABORTED'].includes(this.state.machine.at);
  }

  protected decision(): NegotiationDecision {
    const { theirs, own, machine, accepted } = this.state;
    const { proposals, floor } = this.input;
    if (theirs === undefined) return { do: 'reject', conflicts: [] };
    return decideByProposals({
      theirs,
      ...(own === undefined ? {} : { own }),
      round: 'round' in machine ? machine.round : 0,
      accepted: accepted !== undefined,
      proposals,
      ...(floor === undefined ? {} : { floor }),
    });
  }

  private decide(): void {
    this.feed({ type: 'decided', ...this.moment(), decision: this.decision() });
  }

  private certify(): void {
    const { accepted, machine } = this.state;
    const isDue = machine.at === (accepted?.by === 'peer' ? 'ACCEPTING' : 'FINALIZING');
    if (accepted === undefined || !isDue) return;
    const signature = this.sign(accepted.certificate);
    this.certificates.add(signature.sig);
    this.feed({ type: 'certified', ...this.moment(), signature });
  }

  protected sign(unsigned: Unsigned): EnvelopeSignature {
    return this.input.suite.sign(this.input.signer, unsigned);
  }

  private feed(input: NegotiationInput): void {
    const { suite, floor, keyOf, step } = this.input;
    const context = {
      keyOf,
      replay: this.replay,
      open: suite.open,
      ...(floor === undefined ? {} : { floor }),
    };
    const before = this.state;
    const { state, out } = step(context, before, input);
    this.state = state;
    const isLate = input.now >= (before.machine.deadline ?? Infinity);
    if (isLate && state !== before && state.machine.at !== 'ABORTED') this.late.push(before.machine.at);
    if (this.input.crashes()) {
      // What was stepped and not stored never happened; nothing was sent either.
      this.crash();
      return;
    }
    let isDecision = false;
    let isCertificate = false;
    for (const effect of out) {
      if (effect.do === 'send') {
        if (!this.send(effect.message)) return;
      } else if (effect.do === 'resend') {
        if (this.last !== undefined) this.input.publish(this.last);
      } else if (effect.do === 'consider') isDecision = true;
      else if (effect.do === 'certify') isCertificate = true;
    }
    this.stored = this.written();
    if (isDecision) this.decide();
    if (isCertificate) this.certify();
  }

  /** Signs, stores, sends. False where it fell over in between. */
  protected send(message: Unsigned): boolean {
    this.last = encodeEnvelope({ ...message, sigs: [this.sign(message)] });
    this.stored = this.written();
    this.note(message);
    if (this.input.crashes()) {
      this.crash();
      return false;
    }
    this.input.publish(this.last);
    return true;
  }

  private note(message: Unsigned): void {
    const id = envelopeId({ ...message, sigs: [] });
    this.follows.set(id, message.head.prev);
    this.signed.push({ prev: message.head.prev ?? '', id });
  }

  protected moment(): { readonly now: number; readonly wall: number; readonly nonce: string } {
    const { clock, skew, random } = this.input;
    return { now: clock.monotonic(), wall: clock.now() + skew, nonce: base64url(random.bytes(32)) };
  }

  private written(): Stored {
    return { state: this.state, last: this.last };
  }
}

interface Stored {
  readonly state: Negotiation;
  readonly last: string | undefined;
}

/** Nothing but JSON comes back. States are never changed, so it can wait until then. */
function restored(stored: Stored): Stored {
  const { state, last }: { state: Negotiation; last?: string } = JSON.parse(JSON.stringify(stored));
  return { state, last };
}
