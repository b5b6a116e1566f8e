import {
  type ErrorCode,
  isJsonObject,
  type Json,
  type JsonObject,
  type Machine,
  type MachineEvent,
  type MachineState,
  type Store,
  TtpError,
} from '@ttp/core';
import { canonicalBytes, parseJson, plainCopy } from '@ttp/crypto';
import { BREAKER_KEYS_MAX } from '../limits.js';
import { createRecords } from '../records/records.js';
import { createTable } from '../records/table.js';

/** The states of one machine, by key. */
export interface Cells<S extends MachineState, E extends MachineEvent, Out> {
  /** One step of the machine of a key. What is in a store is stored when the promise resolves. */
  step(key: string, event: E): readonly Out[] | Promise<readonly Out[]>;
  /** Where it stands, where that can be said at once. */
  peek(key: string): S | undefined;
  /** All that are known here. */
  entries(): Iterable<readonly [string, S]>;
}

/** A machine, where it begins, and how its state is read back. */
export interface CellKind<S extends MachineState, E extends MachineEvent, Out> {
  readonly machine: Machine<S, E, Out>;
  readonly initial: S;
  /** A state, of what was stored; undefined for anything that is none. */
  readonly read: (state: JsonObject) => S | undefined;
}

/**
 * States in the memory of this process, at most {@link BREAKER_KEYS_MAX}. One that is as it began makes room; where none
 * is, a new key throws GUARD_BREAKER_FULL.
 */
export function memoryCells<S extends MachineState, E extends MachineEvent, Out>(
  { machine, initial }: Pick<CellKind<S, E, Out>, 'machine' | 'initial'>,
  most: number = BREAKER_KEYS_MAX,
): Cells<S, E, Out> {
  const table = createTable<{ state: S }>({
    most,
    full: 'GUARD_BREAKER_FULL',
    make: () => ({ state: initial }),
    isIdle: ({ state }) => state === initial,
  });
  return {
    step(key, event) {
      const cell = table.at(key, event.now);
      const { state, out } = machine.step(cell.state, event);
      cell.state = state;
      return out;
    },
    peek: (key) => table.find(key)?.state,
    *entries() {
      for (const [key, { state }] of table.entries()) yield [key, state];
    },
  };
}

/**
 * States in a store that several processes share, by compare-and-set: two that ask at once are answered one after the
 * other. A record that cannot be read is refused.
 *
 * @param prefix of the keys
 */
export function storeCells<S extends MachineState, E extends MachineEvent, Out>(
  { machine, initial, read }: CellKind<S, E, Out>,
  store: Pick<Store, 'get' | 'put'>,
  prefix: string,
): Cells<S, E, Out> {
  const records = createRecords<S>(store, {
    decode: (bytes) => (bytes === undefined ? initial : decodeState(bytes, read)),
    encode: (state) => canonicalBytes({ v: 1, state: plainCopy(state) }),
    contention: 'GUARD_BREAKER_CONTENTION',
  });
  return {
    async step(key, event) {
      let out: readonly Out[] = [];
      await records.change(prefix + key, (before) => {
        const after = machine.step(before, event);
        ({ out } = after);
        return after.state;
      });
      return out;
    },
    peek: () => undefined,
    entries: () => [],
  };
}

/**
 * A state as a store keeps it.
 *
 * @throws GUARD_BREAKER_UNREADABLE: what nobody can read may be open
 */
export function decodeState<S>(bytes: Uint8Array, read: (state: JsonObject) => S | undefined): S {
  let record: Json | undefined;
  try {
    record = parseJson(bytes);
  } catch {
    // which is refused below
  }
  const state = isJsonObject(record) && record['v'] === 1 ? record['state'] : undefined;
  const known = isJsonObject(state) ? read(state) : undefined;
  if (known !== undefined) return known;
  const code: ErrorCode = 'GUARD_BREAKER_UNREADABLE';
  throw new TtpError(code, 'the record of a breaker cannot be read');
}
