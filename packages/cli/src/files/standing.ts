import {
  asDid,
  type Clock,
  type DidDocument,
  type Envelope,
  type Hash,
  isTtpError,
  type TtpError,
} from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import { didKeyDocument, didOf, documentOf, type KeyLogResolver, memoryResolver, parseDid } from '@ttp/did';

/** A key log, and those of the parent and guardians who signed it. */
export interface KeyLogs {
  readonly keyLog: readonly Envelope[];
  /** In any order, and with those that they need in turn. */
  readonly related: readonly (readonly Envelope[])[];
}

/** What key logs come to at a time. */
export interface Standing {
  readonly document: DidDocument;
  /** The documents of those who signed besides, as `openIdentity` takes them. */
  readonly others: readonly DidDocument[];
  /** Ids of the recoveries that are in force. */
  readonly settled: readonly Hash[];
  /** A recovery that can still be vetoed: when it will be in force, ms, by the word of who began it. */
  readonly pending?: { readonly id: Hash; readonly dueAt?: number };
}

/**
 * What a key log comes to by itself, where nobody knows when it was first seen: each entry is as old as it says. Whoever
 * else reads it counts the 24 hours of a recovery from when he saw it (`storeResolver` with a clock).
 *
 * @throws DID_*, CRYPTO_*
 */
export async function standingOf({ keyLog, related }: KeyLogs, clock: Clock): Promise<Standing> {
  if (related.length === 0 && !keyLog.some(isRecovery))
    return { document: documentOf(keyLog), others: [], settled: [] };
  const resolver = await ownResolver({ keyLog, related }, clock);
  const document = await resolver.resolve(didOf(keyLog[0]?.body ?? {}));
  const pending = await resolver.pendingRecovery(document.id);
  const recoveries = keyLog.flatMap((entry, i) =>
    isRecovery(entry) ? [{ id: envelopeId(entry), next: keyLog[i + 1] }] : [],
  );
  return {
    document,
    others: [...related.map((log) => documentOf(log)), ...outsidersIn(keyLog)],
    settled: recoveries.flatMap(({ id, next }) =>
      id === pending?.id || next?.body['veto'] === id ? [] : [id],
    ),
    ...(pending === undefined ? {} : { pending }),
  };
}

/**
 * A resolver of what stands in a file, for whose own it is: each entry is as old as it says.
 *
 * @throws DID_*, CRYPTO_*
 */
export async function ownResolver({ keyLog, related }: KeyLogs, clock: Clock): Promise<KeyLogResolver> {
  const logs = [...related, keyLog];
  const dates = new Map(logs.flat().map((entry) => [envelopeId(entry), entry.head.iat]));
  const resolver = memoryResolver({ clock, dating: { before: (id) => Promise.resolve(dates.get(id)) } });
  await addAll(resolver, logs);
  return resolver;
}

/**
 * Adds key logs in whatever order they come: those whose parents or guardians are among the others wait for them.
 *
 * @throws what `add` throws for one that nothing among them helps
 */
export async function addAll(
  resolver: Pick<KeyLogResolver, 'add'>,
  logs: readonly (readonly Envelope[])[],
): Promise<void> {
  let waiting = logs;
  for (;;) {
    const refused: { readonly log: readonly Envelope[]; readonly error: TtpError }[] = [];
    for (const log of waiting) {
      try {
        await resolver.add(log);
      } catch (error) {
        if (!isTtpError(error)) throw error;
        refused.push({ log, error });
      }
    }
    const [first] = refused;
    if (first === undefined) return;
    if (refused.length === waiting.length) throw first.error;
    waiting = refused.map(({ log }) => log);
  }
}

/** Whether somebody without the key in force takes the identity over by this entry. */
export const isRecovery = ({ body }: Envelope): boolean => body['op'] === 'recover';

/** The documents of guardians who are their key. */
function outsidersIn(keyLog: readonly Envelope[]): readonly DidDocument[] {
  const signers = new Set(
    keyLog.flatMap(({ sigs }) => sigs.map(({ kid }) => asDid(kid.slice(0, kid.indexOf('#'))))),
  );
  return [...signers].filter((did) => parseDid(did).method === 'key').map((did) => didKeyDocument(did));
}
