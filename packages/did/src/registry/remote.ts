import { isJsonObject, type LogProofs, TtpError } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { fetchJson, type WebPorts } from '../foreign/fetch-json.js';
import type { KeyLogResolver } from '../resolver.js';
import { parseName } from './claim.js';
import { decodeNameEntry } from './entry.js';
import { hashText, leafHash } from './log-head.js';
import { type NameRegistry, verifyNameClaim } from './registry.js';

/** What {@link remoteNameRegistry} asks, and whom it believes. */
export interface RemoteNameRegistryOptions {
  /** Where the registry is: `https://registry.example/names/`; the name is appended, percent-encoded. */
  readonly url: string;
  /** The key of its log, 32 bytes, configured and not asked for. */
  readonly logKey: Uint8Array;
  readonly proofs: LogProofs;
  readonly resolver: Pick<KeyLogResolver, 'resolve'>;
  readonly web: WebPorts;
}

/**
 * A registry over HTTP. It answers `{ "entry": text, "index": "12", "proof": {...} }`, and is believed only as far as
 * its log goes: the entry has to be in the log whose key is configured, and the identity itself has to have signed the
 * claim. A registry can still answer with an older binding: the checkpoint of the answer says how old, and whoever pins a
 * name remembers the highest that was seen.
 */
export function remoteNameRegistry(options: RemoteNameRegistryOptions): NameRegistry {
  const { url, logKey, proofs, resolver, web } = options;
  return {
    async lookup(name) {
      parseName(name);
      const answer = await fetchJson(`${url}${encodeURIComponent(name)}`, web);
      const { entry, index, proof } = answer;
      if (entry === null) return undefined;
      if (
        typeof entry !== 'string' ||
        typeof index !== 'string' ||
        !/^\d{1,19}$/.test(index) ||
        !isJsonObject(proof)
      )
        throw refuse('DID_BAD_CLAIM', 'not an answer of a registry');
      const place = proofs.verify(hashText(leafHash(utf8(entry))), proof, logKey);
      if (place === undefined || place.index !== BigInt(index))
        throw refuse('DID_NAME_UNPROVED', 'the entry is not there in the log of the registry');
      const binding = decodeNameEntry(entry, place.index);
      if (binding.name !== name) throw refuse('DID_BAD_CLAIM', `the entry is about ${binding.name}`);
      await verifyNameClaim(binding.claim, resolver);
      const { size, root } = place;
      return { ...binding, checkpoint: { size, root } };
    },
  };
}

const refuse = (code: 'DID_BAD_CLAIM' | 'DID_NAME_UNPROVED', message: string): TtpError =>
  new TtpError(code, message, { field: 'entry' });
