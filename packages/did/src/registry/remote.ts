import { type Hash, isJsonObject, type LogProofs, TtpError } from '@ttp/core';
import { concatBytes, hashBytes, utf8 } from '@ttp/crypto';
import { fetchJson, type WebPorts } from '../foreign/fetch-json.js';
import type { KeyLogResolver } from '../resolver.js';
import { parseName } from './claim.js';
import { decodeNameEntry } from './entry.js';
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
 * claim. A registry can still answer with an older binding; the pins of armed policies are what notices.
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
      if (!proofs.verify(leafHash(entry), proof, logKey))
        throw refuse('DID_NAME_UNPROVED', 'the entry is not in the log of the registry');
      const binding = decodeNameEntry(entry, BigInt(index));
      if (binding.name !== name) throw refuse('DID_BAD_CLAIM', `the entry is about ${binding.name}`);
      await verifyNameClaim(binding.claim, resolver);
      return binding;
    },
  };
}

/** The leaf hash of RFC 9162 2.1.1. */
const leafHash = (entry: string): Hash => hashBytes(concatBytes(Uint8Array.of(0), utf8(entry)));

const refuse = (code: 'DID_BAD_CLAIM' | 'DID_NAME_UNPROVED', message: string): TtpError =>
  new TtpError(code, message, { field: 'entry' });
