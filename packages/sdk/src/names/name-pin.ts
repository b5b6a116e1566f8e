import { asDid, asHash, type Did, type Hash, isJsonObject, type Store, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson } from '@ttp/crypto';
import type { NameCheckpoint } from '@ttp/did';

/** What a readable name meant when a policy was armed (decision D1). */
export interface NamePin {
  /** Hash of the policy that was armed. */
  readonly policy: Hash;
  readonly name: string;
  readonly did: Did;
  /** The furthest that the registry's log was seen: an answer from before it says nothing about now. */
  readonly checkpoint: NameCheckpoint;
  /** Whether the name was seen to mean somebody else since: then the policy refuses until it is armed again. */
  readonly rebound: boolean;
}

/** Each agent's own. */
const keyOf = (agent: Did): string => `sdk/name-pin/${agent}`;

/** A pin and the version of its record; 0: none. */
export interface StoredPin {
  readonly pin: NamePin | undefined;
  readonly version: number;
}

/** Throws SDK_POLICY_STATE where there is a record that cannot be read: it might be one that refuses. */
export async function readPin(store: Store, agent: Did): Promise<StoredPin> {
  const stored = await store.get(keyOf(agent));
  if (stored === undefined) return { pin: undefined, version: 0 };
  try {
    return { pin: decode(stored.value), version: stored.version };
  } catch (cause) {
    throw new TtpError('SDK_POLICY_STATE', 'the pin of the name of the policy cannot be read', {
      field: 'storage',
      cause,
    });
  }
}

/** False where another process wrote it meanwhile. */
export const writePin = (store: Store, agent: Did, pin: NamePin, version: number): Promise<boolean> =>
  store.put(keyOf(agent), encode(pin), version);

const encode = ({ policy, name, did, checkpoint, rebound }: NamePin): Uint8Array =>
  canonicalBytes({
    v: 1,
    policy,
    name,
    did,
    size: checkpoint.size.toString(),
    root: checkpoint.root,
    rebound,
  });

function decode(bytes: Uint8Array): NamePin {
  const record = parseJson(bytes);
  if (isJsonObject(record)) {
    const { v, policy, name, did, size, root, rebound } = record;
    if (
      v === 1 &&
      typeof policy === 'string' &&
      typeof name === 'string' &&
      typeof did === 'string' &&
      typeof size === 'string' &&
      /^\d{1,19}$/.test(size) &&
      typeof root === 'string' &&
      typeof rebound === 'boolean'
    )
      return {
        policy: asHash(policy),
        name,
        did: asDid(did),
        checkpoint: { size: BigInt(size), root: asHash(root) },
        rebound,
      };
  }
  throw new TtpError('SDK_POLICY_STATE', 'not a pin');
}
