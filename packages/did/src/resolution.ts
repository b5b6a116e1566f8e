import {
  type Clock,
  type Did,
  type DidDocument,
  type Envelope,
  isTtpError,
  type Resolver,
  TtpError,
} from '@ttp/core';
import { RESOLUTION_CACHE_MAX_ENTRIES, RESOLUTION_CACHE_MS } from './limits.js';
import type { NameRegistry } from './registry/registry.js';
import { resolveName } from './registry/resolve.js';
import type { KeyLogResolver } from './resolver.js';
import type { Revocation, Ruling } from './revocation/authority.js';
import { revocationStatus } from './revocation/status.js';
import { parseDid } from './syntax.js';

/** Where {@link createResolver} looks. */
export interface ResolutionOptions {
  /** Key logs that were verified here, and `did:key`. */
  readonly local: KeyLogResolver;
  readonly clock: Clock;
  /** What is revoked as far as is known, asked for each time. */
  readonly revocations: () => readonly (Revocation | Ruling)[];
  /** For key logs that are not here: a DHT, a mirror. What it gives is verified before it counts. */
  readonly keyLogs?: (did: Did) => Promise<readonly Envelope[] | undefined>;
  /** For names. */
  readonly registry?: NameRegistry;
  /** For `did:web`. */
  readonly web?: Resolver;
  /** How long a document of the web or an answer of the registry is good, ms; 5 minutes unless given, and at most. */
  readonly maxAge?: number;
}

/**
 * The one resolver of a host: an identity or a name to a verified document, from wherever it can be had, or a coded
 * error. What the network answered is kept for a while; what is revoked, or needs to be verified again, is refused at
 * once, kept or not.
 *
 * @throws DID_REVOKED, DID_UNRESOLVED, DID_METHOD_UNSUPPORTED, and the codes of where it looked
 */
export function createResolver(options: ResolutionOptions): Resolver {
  const { local, clock, revocations, keyLogs, registry, web } = options;
  const maxAge = Math.min(options.maxAge ?? RESOLUTION_CACHE_MS, RESOLUTION_CACHE_MS);
  const kept = new Map<Did, { readonly document: DidDocument; readonly until: number }>();

  /** From the cache, by monotonic time: a wall clock that is set back makes nothing young again. */
  async function cached(did: Did, ask: () => Promise<DidDocument>): Promise<DidDocument> {
    const hit = kept.get(did);
    if (hit !== undefined && clock.monotonic() < hit.until) return hit.document;
    kept.delete(did);
    const document = await ask();
    if (kept.size >= RESOLUTION_CACHE_MAX_ENTRIES)
      for (const oldest of [...kept.keys()].slice(0, 1)) kept.delete(oldest);
    kept.set(did, { document, until: clock.monotonic() + maxAge });
    return document;
  }

  async function fromLogs(did: Did): Promise<DidDocument> {
    try {
      return await local.resolve(did);
    } catch (error) {
      if (keyLogs === undefined || !isTtpError(error, 'DID_UNRESOLVED')) throw error;
      const keyLog = await keyLogs(did);
      if (keyLog === undefined || (await local.add(keyLog)) !== did) throw error;
      return local.resolve(did);
    }
  }

  async function find(did: Did): Promise<DidDocument> {
    const { method } = parseDid(did);
    if (method === 'key') return local.resolve(did);
    if (method === 'ttp') return fromLogs(did);
    if (method === 'web' && web !== undefined) return cached(did, () => web.resolve(did));
    if (method !== 'web' && registry !== undefined) {
      // The binding is kept, the document is not: a key log may have grown since.
      const named = await cached(did, async () => {
        const { document } = await resolveName(did, { registry, resolver: { resolve: fromLogs } });
        return document;
      });
      return fromLogs(named.id);
    }
    throw new TtpError('DID_METHOD_UNSUPPORTED', `nothing resolves ${method} here`, { field: 'did' });
  }

  return {
    async resolve(did) {
      const document = await find(did);
      const ancestors = document.id.startsWith('did:ttp:') ? await local.ancestors(document.id) : [];
      const { state, by } = revocationStatus({ did: document.id, ancestors }, revocations(), clock.now());
      if (state === 'good') return document;
      kept.delete(did);
      throw new TtpError('DID_REVOKED', `${state}: ${by.map(({ subject }) => subject).join(', ')}`, {
        field: 'did',
      });
    },
  };
}
