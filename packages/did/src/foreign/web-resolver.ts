import type { Did, Resolver } from '@ttp/core';
import { TtpError } from '@ttp/core';
import { parseDid, type WebDid } from '../syntax.js';
import { fetchJson, type WebPorts } from './fetch-json.js';
import { readWebDocument } from './web-document.js';

/**
 * Resolves `did:web` through the guarded Fetch port. Such an identity is as good as its web server: whoever controls
 * the address today is the identity today, and an older key was never theirs as far as anybody can show.
 */
export function webResolver(ports: WebPorts): Resolver {
  return {
    /** @throws DID_METHOD_UNSUPPORTED, DID_BAD_DOCUMENT, CRYPTO_WEAK_KEY, and the codes of `parseDid` and `fetchJson` */
    async resolve(did: Did) {
      const parsed = parseDid(did);
      if (parsed.method !== 'web')
        throw new TtpError('DID_METHOD_UNSUPPORTED', 'not a did:web', { field: 'did' });
      return readWebDocument(did, await fetchJson(urlOf(parsed), ports));
    },
  };
}

/** Where the document of a `did:web` is (did:web 3.2). */
const urlOf = ({ host, path }: WebDid): string =>
  `https://${host}/${path.length === 0 ? '.well-known' : path.join('/')}/did.json`;
