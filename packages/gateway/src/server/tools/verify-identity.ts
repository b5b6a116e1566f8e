import {
  asDid,
  type Clock,
  type Did,
  type DidDocument,
  type Envelope,
  isTtpError,
  type Json,
  type JsonObject,
  MESSAGE_MAX_AGE_MS,
  type Random,
  type Store,
  TtpError,
  type Versioned,
} from '@ttp/core';
import { canonicalize, createReplayGuard, decodeEnvelope, encodeEnvelope, parseJson } from '@ttp/crypto';
import { createChallenge, type Party, type PendingChallenge, parseDid, storeResolver } from '@ttp/did';
import { CHALLENGES_MAX, IDENTITY_TEXT_MAX_CHARS } from '../../limits.js';
import { flag, list, malformed, object, optional, text, whole, word } from '../shape.js';
import { type ServerTool, tool } from '../tool.js';

/** What verifying identities needs. */
export interface IdentityPorts {
  /** Where key logs are known already; nothing is written there. */
  readonly store: Store;
  /** Who asks, where somebody is to prove that the key is his. */
  readonly verifier: Party | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

interface Posed {
  readonly pending: PendingChallenge;
  /** When nobody can answer it any more, monotonic ms. */
  readonly until: number;
}

const KEY_LOG = 'a key log: the JSON list of its envelopes, as an identity publishes it';

/** `verify_identity`: a DID by its key log, or by itself, and whether somebody holds its key. */
export function verifyIdentity({ store, verifier, clock, random }: IdentityPorts): ServerTool {
  const posed = new Map<Did, Posed>();
  // Every response has to name a challenge that this process made up, so nothing of before can be replayed.
  const replay = createReplayGuard({ bootAt: 0 });

  async function pose(prover: Did): Promise<string> {
    if (verifier === undefined) throw malformed('challenge', 'this server has no identity to ask with');
    const now = clock.monotonic();
    for (const [did, { until }] of posed) if (until <= now) posed.delete(did);
    if (!posed.has(prover) && posed.size >= CHALLENGES_MAX)
      throw new TtpError('GATEWAY_BUSY', `${CHALLENGES_MAX} challenges wait for a response`);
    const pending = await createChallenge({ verifier, prover, clock, random });
    posed.set(prover, { pending, until: now + MESSAGE_MAX_AGE_MS });
    return encodeEnvelope(pending.challenge);
  }

  function check(response: string, document: DidDocument): JsonObject {
    const open = posed.get(document.id);
    if (open === undefined) throw malformed('response', 'no challenge waits for it');
    const { publicKey, identityScore } = open.pending.verify({ response, document, replay });
    posed.delete(document.id);
    return { possession: 'proved', provedKey: publicKey, identityScore };
  }

  return tool({
    name: 'verify_identity',
    title: 'Verify an identity',
    description: `Verifies who somebody is: a did:key by itself, a did:ttp by its key log. With challenge true it gives a challenge
for the holder of the key to sign; hand the response in with the same did. A verified identity says nothing about how good its holder is.`,
    input: object({
      did: text('did:ttp:... or did:key:...', 512),
      keyLog: optional(text(`${KEY_LOG}; not needed for did:key`, IDENTITY_TEXT_MAX_CHARS)),
      parents: optional(
        list('key logs of its parents, the first one first', text(KEY_LOG, IDENTITY_TEXT_MAX_CHARS), 8),
      ),
      challenge: optional(flag('give a challenge that proves possession of the key')),
      response: optional(text('the signed response to the challenge', IDENTITY_TEXT_MAX_CHARS)),
    }),
    output: object({
      did: text('whose'),
      verified: flag('whether the identifier and its keys belong together'),
      keys: list('keys in force, as Multikey', text('z6Mk...')),
      possession: word('whether its holder showed to have the key', ['not-asked', 'challenged', 'proved']),
      challenge: optional(text('for the holder of the key, good for 5 min')),
      provedKey: optional(text('the key that signed')),
      identityScore: optional(whole('points of the trust score that the proof is worth', 0, 40)),
      code: optional(text('what it was refused with')),
      field: optional(text('what of it')),
    }),
    async answer({ did, keyLog, parents = [], challenge, response }) {
      try {
        const document = await documentOf(did, { keyLog, parents }, { store, clock });
        const keys = document.verificationMethod.map(({ publicKeyMultibase }) => publicKeyMultibase);
        const proof: JsonObject =
          response !== undefined
            ? check(response, document)
            : challenge === true
              ? { possession: 'challenged', challenge: await pose(document.id) }
              : { possession: 'not-asked' };
        return { did, verified: true, keys, ...proof };
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const { code, field } = error;
        const at = field === undefined ? {} : { field };
        return { did, verified: false, keys: [], possession: 'not-asked', code, ...at };
      }
    },
  });
}

/** The verified document. A key log that was handed in has to agree with what the store knows of the identity. */
async function documentOf(
  named: string,
  { keyLog, parents }: { readonly keyLog: string | undefined; readonly parents: readonly string[] },
  { store, clock }: Pick<IdentityPorts, 'store' | 'clock'>,
): Promise<DidDocument> {
  parseDid(named);
  const did = asDid(named);
  const resolver = storeResolver(overlay(store), { clock });
  for (const [i, parent] of parents.entries()) await resolver.add(entriesOf(parent, `parents[${i}]`));
  if (keyLog !== undefined) await resolver.add(entriesOf(keyLog, 'keyLog'));
  return await resolver.resolve(did);
}

function entriesOf(source: string, field: string): readonly Envelope[] {
  const json = parseJson(source, { maxBytes: IDENTITY_TEXT_MAX_CHARS * 4 });
  if (!Array.isArray(json)) throw malformed(field, 'it is a list of envelopes');
  return json.map((entry: Json) => decodeEnvelope(canonicalize(entry)));
}

/** What somebody hands in is looked at and not kept: the store is read, and written over in memory alone. */
function overlay(store: Store): Pick<Store, 'get' | 'put'> {
  const written = new Map<string, Versioned>();
  const get = async (key: string): Promise<Versioned | undefined> =>
    written.get(key) ?? (await store.get(key));
  return {
    get,
    async put(key, value, expected) {
      const { version = 0 } = (await get(key)) ?? {};
      if (expected !== undefined && expected !== version) return false;
      written.set(key, { value, version: version + 1 });
      return true;
    },
  };
}

/** What is wrong with what was handed in is the answer; what is wrong here is a fault. */
const isRefusal = (error: unknown): error is TtpError =>
  isTtpError(error) && /^(?:DID|CRYPTO|CORE)_/.test(error.code);
