import type { Clock, Dispose, Signer, Store, Timer } from '@ttp/core';
import { CHECKPOINT_INTERVAL_MS } from '../limits.js';
import type { HeldTreeHead } from '../signed-tree-head.js';
import { currentHead } from './head-store.js';
import type { Ledger } from './ledger.js';

/** What a checkpointer works with. */
export interface CheckpointerPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly signer: Signer;
  /** Unsigned entries that are too many to wait for the interval. */
  readonly entries: number;
  /** The log that is written now. */
  ledger(): Ledger;
  /** A head that was due could not be signed; it is tried again after the next interval. */
  faulted(): void;
}

/** Signs tree heads, on demand and in time: no durable entry waits longer than a minute for one (flaw.E3). */
export class Checkpointer {
  readonly #ports: CheckpointerPorts;
  #signed: { readonly origin: string; readonly size: bigint } = { origin: '', size: 0n };
  #turn: Promise<unknown> = Promise.resolve();
  #due: Dispose | undefined;
  #early = false;
  #stopped = false;

  constructor(ports: CheckpointerPorts) {
    this.#ports = ports;
  }

  /**
   * A signed head that covers every entry that is durable now. One at a time: two heads made side by side would not
   * chain. Throws what `currentHead` throws.
   */
  head(): Promise<HeldTreeHead> {
    const mine = this.#turn.then(() => this.#sign());
    // A failure is the caller's to see; the next in line goes on regardless.
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** The log has grown: sees to it that a head follows. */
  grown(): void {
    if (this.#stopped || this.#unsigned() === 0n) return;
    this.#due ??= this.#ports.timer.after(CHECKPOINT_INTERVAL_MS, () => {
      this.#due = undefined;
      this.#signDue();
    });
    if (this.#early || this.#unsigned() < BigInt(this.#ports.entries)) return;
    this.#early = true;
    this.#signDue();
  }

  /** No head is signed on its own any more. */
  stop(): void {
    this.#stopped = true;
    this.#due?.();
    this.#due = undefined;
  }

  #unsigned(): bigint {
    const { origin, tree } = this.#ports.ledger();
    return origin === this.#signed.origin ? tree.size - this.#signed.size : tree.size;
  }

  #signDue(): void {
    this.head().then(
      () => this.grown(),
      () => {
        // `#early` stays set: a signer that fails is asked again after the interval, not in a loop.
        this.#ports.faulted();
        this.grown();
      },
    );
  }

  async #sign(): Promise<HeldTreeHead> {
    const { store, clock, signer } = this.#ports;
    const held = await currentHead(store, this.#ports.ledger(), clock.now(), signer);
    this.#signed = held.open;
    this.#early = false;
    this.#due?.();
    this.#due = undefined;
    return held;
  }
}
