import {
  type Clock,
  codeOf,
  type Envelope,
  type EvidenceSource,
  type Hash,
  type JsonObject,
  type Operators,
  type Store,
  TtpError,
  type Versioned,
} from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import type { GatewayErrorCode } from '../errors.js';
import { PIN_VALID_MS, PIN_WRITE_ATTEMPTS } from '../limits.js';
import { COMPONENT } from './fault-record.js';
import type { SeenTool } from './listing.js';
import { type Comparison, compareTools, decodePins, encodePins, type Pin, type Pins } from './pins.js';
import { openQuarantine, type Quarantine } from './quarantine.js';
import { verifyToolRelease } from './release.js';

/** A tool in quarantine. */
export interface QuarantinedTool {
  readonly tool: string;
  /** Why: GATEWAY_TOOL_CHANGED, _ADDED, _COLLISION, _DUPLICATE, _NAME or _HIDDEN_TEXT. */
  readonly code: GatewayErrorCode;
  /** Of the definition that was seen last: what a release has to name. */
  readonly digest: Hash;
  /** Of the definition that was accepted before, if there was one. */
  readonly pinned?: Hash;
  /** The definition, for whoever has to judge it: hostile text. Absent where it was too large to be kept. */
  readonly definition?: JsonObject;
}

/** The pins of one server: compared with what it says, kept durably, changed by operators. */
export interface PinBook {
  /** The definitions that may be shown and used, of what the server lists now. Durable before it resolves. */
  admit(seen: readonly SeenTool[]): Promise<readonly SeenTool[]>;
  quarantined(): Promise<readonly QuarantinedTool[]>;
  /** Accepts the quarantined definition that the order names. */
  release(order: Envelope | string): Promise<void>;
}

interface PinBookOptions {
  readonly ttp: Pick<Ttp, 'note'>;
  readonly store: Store;
  readonly server: string;
  readonly operators: Operators | undefined;
  readonly clock: Clock;
}

/** What becomes of stored pins. */
interface Update<T> {
  readonly result: T;
  /** Undefined: they stay what they are. */
  readonly pins: Pins | undefined;
  readonly record: () => Promise<unknown>;
}

/** Under what the pins of a server are stored. */
export const PIN_PREFIX = 'gateway/pins/';

/** What is no change of the definition, and so nothing that an operator could accept. */
const UNRELEASABLE: readonly GatewayErrorCode[] = ['GATEWAY_TOOL_DUPLICATE', 'GATEWAY_TOOL_NAME'];

/** Opens the pins of `server`, kept under `gateway/pins/<server>`. */
export function openPinBook({ ttp, store, server, operators, clock }: PinBookOptions): PinBook {
  const key = `${PIN_PREFIX}${server}`;
  const quarantine = openQuarantine(store, server);
  let turn: Promise<unknown> = Promise.resolve();
  let last: readonly SeenTool[] = [];
  let compared:
    | { readonly seen: readonly SeenTool[]; readonly version: number; readonly admitted: readonly SeenTool[] }
    | undefined;
  let decoded: { readonly version: number; readonly pins: Pins } | undefined;

  /** Read at every call, since another process may have written; decoded once a version. */
  function decode(stored: Versioned | undefined): Pins | undefined {
    if (stored === undefined) return undefined;
    const { version, value } = stored;
    if (decoded?.version !== version) decoded = { version, pins: decodePins(value) };
    return decoded.pins;
  }

  /** One writer at a time in this process, so that a change that two calls see is recorded once. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  }

  /** Records, then stores: a crash in between records it again, and never leaves a change without its record. */
  async function update<T>(step: (pins: Pins | undefined) => Promise<Update<T>>): Promise<T> {
    for (let attempt = 0; attempt < PIN_WRITE_ATTEMPTS; attempt++) {
      const stored = await store.get(key);
      const { result, pins, record } = await step(decode(stored));
      if (pins === undefined) return result;
      await record();
      if (await store.put(key, encodePins(pins), stored?.version ?? 0)) return result;
    }
    throw new TtpError('GATEWAY_PINS_RACE', `the pins of ${server} changed ${PIN_WRITE_ATTEMPTS} times`);
  }

  async function recordComparison(
    { pins, quarantined }: Comparison,
    isFirst: boolean,
    seen: readonly SeenTool[],
  ): Promise<void> {
    if (isFirst) {
      const pinned = pins.filter((pin) => pin.quarantine === undefined);
      const all = pinned.map((pin) => [pin.key, pin.digest ?? null]);
      await ttp.note('tools-pinned', server, { tools: pinned.length, pins: hashJson(all) }, COMPONENT);
    }
    for (const pin of quarantined) {
      const shown = seen.find(({ key: name }) => name === pin.key);
      if (shown !== undefined) await quarantine.keep(shown);
      await ttp.note(
        'tool-quarantined',
        `${server}/${pin.key}`,
        { ...pin.quarantine, ...(pin.digest === undefined ? {} : { pinned: pin.digest }) },
        COMPONENT,
      );
    }
  }

  /** The names that other servers were first to use, where `seen` has one that is new. */
  async function takenFor(pins: Pins | undefined, seen: readonly SeenTool[]): Promise<ReadonlySet<string>> {
    const known = new Set(pins?.map((pin) => pin.key));
    const names = new Set<string>();
    if (seen.every((tool) => known.has(tool.key))) return names;
    for await (const other of store.list(PIN_PREFIX)) {
      const stored = other === key ? undefined : await store.get(other);
      if (stored === undefined) continue;
      for (const pin of decodePins(stored.value)) if (pin.digest !== undefined) names.add(pin.key);
    }
    return names;
  }

  async function accept(order: Envelope | string): Promise<void> {
    const { id, signedAt, operator, digest, ...release } = await verifyToolRelease(
      order,
      operators,
      clock.now(),
    );
    if (release.server !== server)
      throw new TtpError('GATEWAY_RELEASE_MISMATCH', `the order is about ${release.server}`, {
        field: 'body.server',
      });
    await update(async (before = []) => {
      const pin = releasable(before, release.tool, digest, signedAt);
      const next: Pin = { key: pin.key, digest, releasedAt: signedAt };
      const data = { digest, operator: operator.id, order: id };
      return {
        result: undefined,
        pins: before.map((other) => (other === pin ? next : other)),
        record: () => ttp.note('tool-released', `${server}/${pin.key}`, data, COMPONENT),
      };
    });
    await quarantine.forget(release.tool);
  }

  /** Orders from outside count before the tools are compared; one that is refused is on the record. */
  async function acceptPlaced(pins: Pins | undefined): Promise<boolean> {
    if (pins?.some((pin) => pin.quarantine !== undefined) !== true) return false;
    const placed = await quarantine.take();
    for (const { tool, order } of placed)
      try {
        await accept(order);
      } catch (error) {
        const code = codeOf(error, 'GATEWAY_RELEASE_INVALID');
        await ttp.note('finding-raised', `${server}/${tool}`, { code }, COMPONENT);
      }
    return placed.length > 0;
  }

  return {
    admit: (seen) =>
      inTurn(async () => {
        last = seen;
        let stored = await store.get(key);
        if (await acceptPlaced(decode(stored))) stored = await store.get(key);
        if (compared?.seen === seen && compared.version === stored?.version) return compared.admitted;
        const admitted = await update(async (before) => {
          const comparison = compareTools(before, seen, await takenFor(before, seen));
          const isChanged = before === undefined || comparison.quarantined.length > 0;
          return {
            result: comparison.admitted,
            pins: isChanged ? comparison.pins : undefined,
            record: () => recordComparison(comparison, before === undefined, seen),
          };
        });
        // What was written just now is compared once more: only what is stored counts.
        compared = stored === undefined ? undefined : { seen, version: stored.version, admitted };
        return admitted;
      }),
    quarantined: async () => quarantinedIn(decode(await store.get(key)) ?? [], quarantine, last),
    release: (order) => inTurn(() => accept(order)),
  };
}

/** The quarantined pin that a release may change, or a refusal. */
export function releasable(pins: Pins, tool: string, digest: Hash, signedAt: number): Pin {
  const pin = pins.find(({ key }) => key === tool);
  // An old order must not accept the same definition a second time, after it was withdrawn.
  if (pin?.releasedAt !== undefined && signedAt <= pin.releasedAt)
    throw new TtpError('GATEWAY_RELEASE_REPLAYED', `${tool} was released by a younger order`);
  if (pin?.quarantine?.digest !== digest)
    throw new TtpError('GATEWAY_RELEASE_MISMATCH', `this definition of ${tool} is not in quarantine`, {
      field: 'body.digest',
    });
  if (UNRELEASABLE.includes(pin.quarantine.code))
    throw new TtpError('GATEWAY_TOOL_UNRELEASABLE', `${tool}: ${pin.quarantine.code}`);
  return pin;
}

/** The tools of `pins` that are not used, each as it was seen last: by this session, or by the one that kept it. */
export async function quarantinedIn(
  pins: Pins,
  kept: Pick<Quarantine, 'definition'>,
  seen: readonly SeenTool[] = [],
): Promise<readonly QuarantinedTool[]> {
  const tools: QuarantinedTool[] = [];
  for (const { key, digest, quarantine } of pins) {
    if (quarantine === undefined) continue;
    const shown = seen.find((tool) => tool.key === key && tool.digest === quarantine.digest);
    const definition = shown?.definition ?? (await kept.definition(key, quarantine.digest));
    tools.push({
      tool: key,
      ...quarantine,
      ...(digest === undefined ? {} : { pinned: digest }),
      ...(definition === undefined ? {} : { definition }),
    });
  }
  return tools;
}

/**
 * The evidence of a call that its tool is what was pinned, compared with what the server says at this moment.
 *
 * @param list lists the tools of the server anew
 * @param onFound what else there is to say of the tool as it is defined now; what it throws blocks the call
 */
export const pinEvidence = (
  tool: string,
  book: PinBook,
  list: () => Promise<readonly SeenTool[]>,
  clock: Clock,
  onFound: (tool: SeenTool) => Promise<JsonObject>,
): EvidenceSource => ({
  name: 'tool',
  async gather() {
    const at = clock.now();
    const found = await requirePinned(tool, book, await list());
    const more = await onFound(found);
    return { value: { tool, digest: found.digest, ...more }, at, validFor: PIN_VALID_MS };
  },
});

async function requirePinned(tool: string, book: PinBook, seen: readonly SeenTool[]): Promise<SeenTool> {
  const admitted = await book.admit(seen);
  const found = admitted.find(({ key }) => key === tool);
  if (found !== undefined) return found;
  if (seen.some(({ key }) => key === tool))
    throw new TtpError('GATEWAY_TOOL_QUARANTINED', `${tool} is in quarantine`, { field: 'tool' });
  throw new TtpError('GATEWAY_TOOL_UNKNOWN', `the server lists no ${tool}`, { field: 'tool' });
}
