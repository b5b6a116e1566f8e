import {
  type Dating,
  type Did,
  type Envelope,
  type Hash,
  isDid,
  isTtpError,
  type Operators,
} from '@ttp/core';
import { decodeEnvelope, encodeEnvelope, envelopeId } from '@ttp/crypto';
import { datedKeyLookup, type KeyLogResolver } from '@ttp/did';
import {
  type Ignored,
  type InteractionReceipt,
  readStatements,
  type Stated,
  type StatedAt,
  type Statement,
} from '@ttp/score';

/** What statements are verified with. */
export interface StatementPorts {
  readonly resolver: Pick<KeyLogResolver, 'history' | 'ancestors'>;
  readonly dating: Dating;
  readonly operators: Operators | undefined;
}

/** What a heap of envelopes came to. `ignored` is of those that were looked at anew. */
export interface KnownStatements {
  readonly stated: readonly StatedAt[];
  readonly ignored: readonly (Ignored & { readonly id: Hash | undefined })[];
}

/** An envelope as far as it can be told without its keys. */
interface Decoded {
  readonly id: Hash;
  readonly envelope: Envelope;
}

/**
 * Verifies statements, each of them once: a signature that held while its key was in force goes on holding. Vouches are
 * looked at anew every time, since who is no operator any more vouches for nobody; and so is what did not count, whose
 * receipt or key may come later.
 */
export function statementReader({
  resolver,
  dating,
  operators,
}: StatementPorts): (inputs: readonly Stated[], now: number) => Promise<KnownStatements> {
  const statements = new Map<Hash, Statement>();
  const receipts = new Map<Hash, InteractionReceipt>();
  let decoded = new Map<Envelope | string, Decoded | undefined>();

  async function keysFor({ id, envelope }: Decoded, keys: Map<Hash, Keys>): Promise<void> {
    try {
      keys.set(id, await datedKeyLookup(envelope, { resolver, dating }));
    } catch (error) {
      if (!isTtpError(error)) throw error; // whose keys nobody knows signs nothing: refused when it is read
    }
  }

  async function ancestorsOf(did: Did): Promise<readonly Did[]> {
    try {
      return await resolver.ancestors(did);
    } catch (error) {
      if (!isTtpError(error)) throw error;
      return [];
    }
  }

  return async (inputs, now) => {
    decoded = new Map(
      inputs.map(({ envelope }) => [
        envelope,
        decoded.has(envelope) ? decoded.get(envelope) : decode(envelope),
      ]),
    );
    const fresh = inputs.filter(({ envelope }) => {
      const id = decoded.get(envelope)?.id;
      return id === undefined || !(statements.has(id) || receipts.has(id));
    });
    const keys = new Map<Hash, Keys>();
    const above = new Map<Did, readonly Did[]>();
    for (const { envelope } of fresh) {
      const one = decoded.get(envelope);
      if (one === undefined) continue;
      await keysFor(one, keys);
      const { subject } = one.envelope.body;
      if (one.envelope.type === 'ttp/vouch@1' && typeof subject === 'string' && isDid(subject))
        above.set(subject, await ancestorsOf(subject));
    }
    const read = await readStatements(fresh, {
      keyOf: (kid, id) => keys.get(id)?.(kid, id),
      receiptOf: (id) => receipts.get(id),
      ancestorsOf: (did) => above.get(did) ?? [],
      ...(operators === undefined ? {} : { operators }),
      now,
    });
    for (const receipt of read.receipts.values()) receipts.set(receipt.id, receipt);
    const vouches: StatedAt[] = [];
    for (const one of read.stated)
      if (one.statement.kind === 'vouch') vouches.push(one);
      else statements.set(one.statement.id, one.statement);
    const listed = new Set([...decoded.values()].map((one) => one?.id));
    for (const kept of [statements, receipts])
      for (const id of kept.keys()) if (!listed.has(id)) kept.delete(id);
    const known = inputs.flatMap(({ envelope, at }): readonly StatedAt[] => {
      const one = decoded.get(envelope);
      const statement = one && statements.get(one.id);
      return statement === undefined ? [] : [{ statement, at: at ?? one?.envelope.head.iat ?? now }];
    });
    return {
      stated: [...known, ...vouches],
      ignored: read.ignored.map((one) => {
        const envelope = fresh[one.index]?.envelope;
        return { ...one, id: envelope === undefined ? undefined : decoded.get(envelope)?.id };
      }),
    };
  };
}

type Keys = (kid: string, id: Hash) => Uint8Array | undefined;

/** Undefined for what is no envelope. */
function decode(input: Envelope | string): Decoded | undefined {
  try {
    const envelope = decodeEnvelope(typeof input === 'string' ? input : encodeEnvelope(input));
    return { envelope, id: envelopeId(envelope) };
  } catch (error) {
    if (isTtpError(error)) return undefined;
    throw error;
  }
}
