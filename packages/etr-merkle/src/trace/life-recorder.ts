import {
  type Did,
  type EventType,
  type Hash,
  type JsonObject,
  type Random,
  type Receipt,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { hex } from '@ttp/crypto';
import { HASHES_PER_ENTRY, HOLD_REFERENCE_MAX_CHARS } from '../limits.js';
import { type ArchiveSource, makeArchive, readArchive } from './archive.js';
import type { Chains } from './chains.js';
import { type Logs, sharesOf } from './commitments.js';
import type { LifeContext, TraceLife } from './life.js';
import { carryOut, keySubject, type LifeEffects, type LifeEntry } from './life-effects.js';
import { isStricter, type StorageMode } from './mode.js';
import type { Payload } from './payload.js';
import { isHeld, type RetentionRule, type Term, termsOver } from './retention.js';

/** What is recorded about the life of a trace, before it is done. */
export interface LifeEvent extends LifeEntry, LifeContext {
  readonly type: EventType;
}

/** What the life of traces needs of their recorder. */
export interface LifePorts extends LifeEffects {
  readonly logs: Logs;
  readonly random: Random;
  /** Records events in one batch, with payloads that they commit to; `check` throws in their turn to refuse them. */
  write(
    events: readonly LifeEvent[],
    payloads?: readonly Payload[],
    check?: (chains: Chains) => void,
  ): Promise<readonly Receipt[]>;
  /** Throws ETR_CLOSED, ETR_POISONED. */
  requireOpen(): void;
  /** What an archive of a trace is made from. Throws where something fails to be signed. */
  source(): Promise<ArchiveSource>;
  isSealed(trace: TraceId): boolean;
  /** The recorder holds some payloads for stored; it must not after one was taken out. */
  forgetStored(): void;
}

/** {@link TraceLife} on a recorder: one step after the other, each recorded, then carried out. */
export class LifeRecorder implements TraceLife {
  readonly #ports: LifePorts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ports: LifePorts) {
    this.#ports = ports;
  }

  mode(trace: TraceId): Promise<StorageMode> {
    return this.#ports.life.modeOf(trace);
  }

  setMode(trace: TraceId, mode: StorageMode, context: LifeContext): Promise<Receipt> {
    return this.#inTurn(async () => {
      const before = await this.mode(trace);
      const asFirst = mode === 'standard' && context.trace === trace && before === 'append-only';
      if (!asFirst && !isStricter(mode, before)) throw relaxed(trace, before);
      const event = { ...context, type: 'mode-set', subject: trace, data: { mode } } as const;
      return this.#one(event, [], (chains) => {
        if (asFirst && chains.next(context).traceSeq > 0) throw relaxed(trace, before);
      });
    });
  }

  supersede(trace: TraceId, hash: Hash, next: Payload, context: LifeContext): Promise<Receipt> {
    return this.#inTurn(async () => {
      if (this.#ports.isSealed(trace)) throw new TtpError('ETR_TRACE_SEALED', `trace ${trace} is sealed`);
      await this.#requireStandard(trace);
      const taken = (await this.#removable(trace, 'standard')).filter((one) => one === hash);
      if (taken.length === 0)
        throw new TtpError('ETR_NO_PAYLOAD', `trace ${trace} has no such payload of its own`);
      const data = { hashes: taken, by: next.hash };
      return this.#one({ ...context, type: 'payload-superseded', subject: trace, data }, [next]);
    });
  }

  delete(trace: TraceId, context: LifeContext): Promise<readonly Receipt[]> {
    return this.#inTurn(async () => {
      await this.#requireStandard(trace);
      return this.#record(
        tombstones('payload-deleted', trace, await this.#removable(trace, 'standard'), context),
      );
    });
  }

  archive(
    trace: TraceId,
    keep: (archive: string) => Promise<void>,
    context: LifeContext,
  ): Promise<readonly Receipt[]> {
    return this.#inTurn(async () => {
      const source = await this.#ports.source();
      if (!source.ledger.traces.includes(trace))
        throw new TtpError('ETR_TRACE_UNKNOWN', `no entry of trace ${trace} in this log`);
      if (!this.#ports.isSealed(trace)) throw new TtpError('ETR_TRACE_OPEN', `trace ${trace} is not sealed`);
      if ((await this.mode(trace)) === 'witnessed') throw forbidden(trace, 'witnessed');
      const taken = await this.#removable(trace, 'lone');
      const archive = await makeArchive(source, trace, new Set(taken));
      await keep(archive.text);
      const events = tombstones('trace-archived', trace, taken, context, { archive: archive.hash });
      const data = { archive: archive.hash, hashes: [] };
      return this.#record(
        events.length > 0 ? events : [{ ...context, type: 'trace-archived', subject: trace, data }],
      );
    });
  }

  restore(archive: string, context: LifeContext): Promise<Receipt> {
    return this.#inTurn(async () => {
      const { payloads } = this.#ports;
      const { trace, hash, sealed } = readArchive(archive, await this.#ports.source());
      // Before the record: what a crash interrupts here is done by restoring once more.
      for (const [commitment, stored] of sealed) await payloads.giveBack(commitment, stored);
      const data = { archive: hash, payloads: sealed.size };
      return this.#one({ ...context, type: 'trace-restored', subject: trace, data });
    });
  }

  hold(
    what: { readonly trace: TraceId } | { readonly subject: Did },
    reference: string,
    context: LifeContext,
  ): Promise<{ readonly id: string; readonly receipt: Receipt } | undefined> {
    return this.#inTurn(async () => {
      if (reference === '' || reference.length > HOLD_REFERENCE_MAX_CHARS)
        throw new TtpError('ETR_BAD_EVENT', 'a hold is for something that can be named', {
          field: 'reference',
        });
      const subject = 'trace' in what ? what.trace : await this.#keySubjectOf(what.subject);
      if (subject === undefined) return undefined;
      const id = hex(this.#ports.random.bytes(16));
      const receipt = await this.#one({
        ...context,
        type: 'hold-placed',
        subject,
        data: { hold: id, reference },
      });
      return { id, receipt };
    });
  }

  release(id: string, context: LifeContext): Promise<Receipt> {
    return this.#inTurn(async () => {
      const hold = (await this.holds()).find((one) => one.id === id);
      if (hold === undefined) throw new TtpError('ETR_HOLD_UNKNOWN', `no hold ${id} is in force`);
      const subject = 'trace' in hold ? hold.trace : keySubject(hold.key);
      return this.#one({ ...context, type: 'hold-released', subject, data: { hold: id } });
    });
  }

  holds(): ReturnType<TraceLife['holds']> {
    return this.#ports.life.holds();
  }

  due(rules: readonly RetentionRule[], now: number): Promise<readonly Term[]> {
    return termsOver(this.#ports, rules, now);
  }

  retain(rules: readonly RetentionRule[], now: number, context: LifeContext): Promise<readonly Term[]> {
    return this.#inTurn(async () => {
      const due = await this.due(rules, now);
      const byTrace = new Map<TraceId, Hash[]>();
      for (const {
        hash,
        action,
        traces: [first],
      } of due)
        if (action === 'delete' && first !== undefined)
          byTrace.set(first, [...(byTrace.get(first) ?? []), hash]);
      for (const [trace, hashes] of byTrace)
        await this.#record(tombstones('payload-deleted', trace, hashes, context, { retention: true }));
      return due;
    });
  }

  erase(subject: Did, context: LifeContext): Promise<Receipt | undefined> {
    return this.#inTurn(async () => {
      const { payloads } = this.#ports;
      const key = await payloads.keyOf(subject);
      if (key === undefined) return undefined;
      const id = hex(key.id);
      await this.#requireFree(id);
      // The key's random id: the log must not say who it was that wished to be forgotten.
      const [receipt] = await this.#ports.write([
        { ...context, type: 'payload-erased', subject: keySubject(id), data: { key: id } },
      ]);
      // After its record: what a crash leaves undone here is done when the log is opened again.
      await payloads.erase(subject, key);
      this.#ports.forgetStored();
      return receipt;
    });
  }

  /** One at a time: what one checks, another must not change meanwhile. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(() => {
      this.#ports.requireOpen();
      return step();
    });
    this.#turn = mine.catch(() => undefined); // a failure is its caller's to see
    return mine;
  }

  async #one(
    event: LifeEvent,
    payloads?: readonly Payload[],
    check?: (chains: Chains) => void,
  ): Promise<Receipt> {
    const [receipt] = await this.#record([event], payloads, check);
    if (receipt === undefined) throw new TtpError('ETR_NO_ENTRY', 'nothing was recorded');
    return receipt;
  }

  /** Records, carries out, and remembers that it was carried out. */
  async #record(
    events: readonly LifeEvent[],
    payloads?: readonly Payload[],
    check?: (chains: Chains) => void,
  ): Promise<readonly Receipt[]> {
    if (events.length === 0) return [];
    const receipts = await this.#ports.write(events, payloads, check);
    for (const event of events) await carryOut(event, this.#ports);
    this.#ports.forgetStored();
    const last = receipts.at(-1);
    if (last !== undefined) await this.#ports.life.setDone(last.log, last.index + 1n);
    return receipts;
  }

  async #requireStandard(trace: TraceId): Promise<void> {
    const mode = await this.mode(trace);
    if (mode !== 'standard') throw forbidden(trace, mode);
  }

  /**
   * The payloads of a trace that are here and that no other trace needs.
   *
   * @param which those that only traces in standard mode commit to, or only this one
   * @throws ETR_HELD where a hold is on any payload of the trace
   */
  async #removable(trace: TraceId, which: 'standard' | 'lone'): Promise<Hash[]> {
    const { life, payloads, logs } = this.#ports;
    const holds = await life.holds();
    const removable: Hash[] = [];
    for (const [hash, traces] of await sharesOf(logs, trace)) {
      const label = await payloads.label(hash);
      if (label === undefined) continue;
      if (isHeld(holds, label, traces))
        throw new TtpError('ETR_HELD', `a legal hold is on a payload of trace ${trace}`);
      const modes = await Promise.all([...traces].map((one) => life.modeOf(one)));
      if (which === 'lone' ? traces.size === 1 : modes.every((mode) => mode === 'standard'))
        removable.push(hash);
    }
    return removable;
  }

  async #keySubjectOf(subject: Did): Promise<string | undefined> {
    const key = await this.#ports.payloads.keyOf(subject);
    return key === undefined ? undefined : keySubject(hex(key.id));
  }

  /** Throws ETR_HELD where a hold is on the key, or on a trace with a payload under it. */
  async #requireFree(key: string): Promise<void> {
    for (const hold of await this.holds()) {
      if ('trace' in hold ? await this.#usesKey(hold.trace, key) : hold.key === key)
        throw new TtpError('ETR_HELD', 'a legal hold is on payloads of this subject');
    }
  }

  async #usesKey(trace: TraceId, key: string): Promise<boolean> {
    for (const hash of (await sharesOf(this.#ports.logs, trace)).keys()) {
      const keyId = await this.#ports.payloads.keyIdOf(hash);
      if (keyId !== undefined && hex(keyId) === key) return true;
    }
    return false;
  }
}

/** Entries that name the payloads that are taken out, as many in each as a leaf has room for. */
function tombstones(
  type: EventType,
  subject: TraceId,
  hashes: readonly Hash[],
  context: LifeContext,
  more: JsonObject = {},
): LifeEvent[] {
  const events: LifeEvent[] = [];
  for (let from = 0; from < hashes.length; from += HASHES_PER_ENTRY) {
    const data = { ...more, hashes: hashes.slice(from, from + HASHES_PER_ENTRY) };
    events.push({ ...context, type, subject, data });
  }
  return events;
}

const relaxed = (trace: TraceId, mode: StorageMode): TtpError<'ETR_MODE_RELAXED'> =>
  new TtpError('ETR_MODE_RELAXED', `trace ${trace} is ${mode}, and can only become stricter`);
const forbidden = (trace: TraceId, mode: StorageMode): TtpError<'ETR_MODE_FORBIDS'> =>
  new TtpError('ETR_MODE_FORBIDS', `trace ${trace} is ${mode}`);
