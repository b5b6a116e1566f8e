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
  /**
   * Where key logs are kept for everybody: a DHT, a mirror. Asked for those that are not here, and after `maxAge` for
   * what was added to those that are. What it gives is verified before it counts; what it does not give changes nothing.
   */
  readonly keyLogs?: (did: Did) => Promise<readonly Envelope[] | undefined>;
  /** For names. */
  readonly registry?: NameRegistry;
  /** For `did:web`. */
  readonly web?: Resolver;
  /** How long what the web, the registry or `keyLogs` said is good, ms; 5 minutes unless given, and at most. */
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
    remember(kept, did, { document, until: clock.monotonic() + maxAge });
    return document;
  }

  /** When a key log was last compared with what is known elsewhere, by monotonic time and with a bounded memory. */
  const compared = new Map<Did, number>();

  /** The log that is here, with what was added to it elsewhere: else a key that was rotated away stayed in force here. */
  async function fromLogs(did: Did): Promise<DidDocument> {
    if (keyLogs === undefined || clock.monotonic() < (compared.get(did) ?? 0)) return local.resolve(did);
    let refusal: unknown; // what is known is no worse for a source that is down, lies or is behind
    const keyLog = await keyLogs(did).catch((error: unknown) => {
      refusal = error;
      return undefined;
    });
    try {
      if (keyLog !== undefined) await local.add(keyLog);
    } catch (error) {
      // Where the storage failed, nobody knows what would have become of the log: a fork, perhaps.
      if (!isTtpError(error) || error.code.includes('STORE_')) throw error;
      refusal = error;
    }
    try {
      const document = await local.resolve(did);
      remember(compared, did, clock.monotonic() + maxAge);
      return document;
    } catch (error) {
      throw refusal !== undefined && isTtpError(error, 'DID_UNRESOLVED') ? refusal : error;
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

/** Keeps a value, for the oldest one where there is no more room. */
function remember<V>(values: Map<Did, V>, did: Did, value: V): void {
  values.delete(did);
  const [oldest] = values.keys();
  if (values.size >= RESOLUTION_CACHE_MAX_ENTRIES && oldest !== undefined) values.delete(oldest);
  values.set(did, value);
}
