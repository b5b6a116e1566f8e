import { asDid, type Did, isJsonObject, type Json, type Store, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson } from '@ttp/crypto';
import { KEY_HOLDERS_MAX } from '../limits.js';
import { createRecords } from '../records/records.js';

/** Which identities hold which key: a kill of one stops the others (flaw.K4). */
export interface KeyHolders {
  /**
   * Enters an agent under its key; whoever stands there with it stops with it, and it with them.
   *
   * @param key the agent's public key, multikey
   * @throws GUARD_KEY_HOLDERS for a record that cannot be read or is full, and what the store throws
   */
  enter(agent: Did, key: string): Promise<readonly Did[]>;
  /** The others that hold one of the keys that the agent was entered under here. Throws as `enter` does. */
  others(agent: Did): Promise<readonly Did[]>;
}

const recordOf = (key: string): string => `guard/key/${key}`;

/** @param store where the records are, by key */
export function createKeyHolders(store: Store): KeyHolders {
  const records = createRecords(store, { decode, encode, contention: 'GUARD_KEY_HOLDERS' });
  const keys = new Map<Did, Set<string>>();

  async function others(agent: Did): Promise<readonly Did[]> {
    const held = [...(keys.get(agent) ?? [])];
    const holders = await Promise.all(held.map(async (key) => records.read(recordOf(key))));
    return [...new Set(holders.flat())].filter((holder) => holder !== agent);
  }

  return {
    async enter(agent, key) {
      await records.change(recordOf(key), (holders) => {
        if (holders.includes(agent)) return holders;
        if (holders.length < KEY_HOLDERS_MAX) return [...holders, agent].sort();
        throw unusable(`more than ${KEY_HOLDERS_MAX} identities hold one key`);
      });
      keys.set(agent, (keys.get(agent) ?? new Set()).add(key));
      return await others(agent);
    },
    others,
  };
}

const encode = (holders: readonly Did[]): Uint8Array => canonicalBytes({ v: 1, holders: [...holders] });

function decode(bytes: Uint8Array | undefined): readonly Did[] {
  if (bytes === undefined) return [];
  let record: Json;
  try {
    record = parseJson(bytes);
  } catch (cause) {
    throw unusable('the record of who holds a key cannot be read', cause);
  }
  const holders = isJsonObject(record) && record['v'] === 1 ? record['holders'] : undefined;
  if (!Array.isArray(holders)) throw unusable('the record of who holds a key cannot be read');
  return holders.map((holder: Json) => asDid(typeof holder === 'string' ? holder : ''));
}

const unusable = (message: string, cause?: unknown): TtpError =>
  new TtpError('GUARD_KEY_HOLDERS', message, { cause });
