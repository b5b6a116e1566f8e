import { asDid, type Did, type DidDocument } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import {
  createNameRegistry,
  createResolver,
  type KeyLogResolver,
  memoryResolver,
  type NameRegister,
  type NameRegistry,
  parseDid,
  remoteNameRegistry,
  storeResolver,
  type WebPorts,
  webResolver,
} from '@ttp/did';
import { logProofs } from '@ttp/sdk';
import { readKeyLogs } from '../../files/identity-file.js';
import { addAll } from '../../files/standing.js';
import { HintedError } from '../../hints.js';
import type { Io } from '../../io.js';
import { withStore } from '../../store.js';

/** Where identities and names are looked for. */
export interface Sources {
  /** A storage that knows identities. */
  readonly store?: string;
  /** Files with key logs. */
  readonly with?: readonly string[];
  /** A storage with a registry of names in it, or where one answers over HTTPS. */
  readonly registry?: string;
  readonly registryKey?: string;
  readonly registryOrigin?: string;
  /** Who runs the registry in a storage. */
  readonly operator?: readonly string[];
}

/** What was found at these sources. */
export interface Identities {
  readonly local: KeyLogResolver;
  /** The registry, where it is one that takes claims. */
  readonly register?: NameRegister;
  readonly registry?: NameRegistry;
  /** A verified document, from wherever it can be had. */
  resolve(did: Did): Promise<DidDocument>;
}

/** The log of the names in a storage. */
const NAMES_LOG = 'names';

/**
 * Works with the identities at these sources, on storages that are there already, and closes them. Key logs that are
 * handed in are kept in the storage, with the time they were first seen; without one nothing is kept.
 *
 * @throws CLI_FILE_*, CLI_IDENTITY_FILE, CLI_USAGE, STORE_*, DID_*, and what `work` throws
 */
export async function withIdentities<T>(
  sources: Sources,
  io: Io,
  work: (identities: Identities) => Promise<T>,
): Promise<T> {
  const { clock } = io;
  const { registry, store = isFile(registry) ? registry : undefined } = sources;
  const open = async (local: KeyLogResolver): Promise<T> => {
    const files = await Promise.all((sources.with ?? []).map((file) => readKeyLogs(file, 'with')));
    await addAll(
      local,
      files.flatMap(({ keyLog, related }) => [...related, keyLog]),
    );
    return withNames(sources, local, io, work);
  };
  return store === undefined
    ? open(memoryResolver({ clock }))
    : withStore(store, (storage) => open(storeResolver(storage.store, { clock })));
}

async function withNames<T>(
  sources: Sources,
  local: KeyLogResolver,
  io: Io,
  work: (identities: Identities) => Promise<T>,
): Promise<T> {
  const { clock } = io;
  const { registry, operator = [] } = sources;
  const web: WebPorts = { fetch: await io.openFetch(), timer: io.timer };
  if (registry === undefined) return work(identitiesWith(local, web, io, {}));
  if (!isFile(registry))
    return work(identitiesWith(local, web, io, { registry: remote(registry, sources, local, web) }));
  return withStore(registry, (storage) => {
    const log = storage.log(NAMES_LOG);
    const register = createNameRegistry({ log, resolver: local, operators: operator.map(didOf), clock, web });
    return work(identitiesWith(local, web, io, { registry: register, register }));
  });
}

function identitiesWith(
  local: KeyLogResolver,
  web: WebPorts,
  { clock }: Io,
  names: Pick<Identities, 'registry' | 'register'>,
): Identities {
  const { registry } = names;
  const resolver = createResolver({
    local,
    clock,
    revocations: () => [], // whoever asks looks at them, and says what each one is
    web: webResolver(web),
    ...(registry === undefined ? {} : { registry }),
  });
  return { ...names, local, resolve: (did) => resolver.resolve(did) };
}

function remote(url: string, sources: Sources, resolver: KeyLogResolver, web: WebPorts): NameRegistry {
  const { registryKey, registryOrigin } = sources;
  if (registryKey === undefined || registryOrigin === undefined)
    throw new HintedError(
      'CLI_USAGE',
      'a registry that answers over HTTPS is believed by the key of its log alone',
      '--registry-key z6Mk... and --registry-origin <name of its log>, from whoever runs it',
      'registry',
    );
  return remoteNameRegistry({
    url,
    logKey: fromMultikey(registryKey),
    proofs: logProofs(registryOrigin),
    resolver,
    web,
  });
}

const isFile = (registry: string | undefined): boolean =>
  registry !== undefined && !registry.startsWith('https://');

/** An identifier of any form. Throws the codes of `parseDid`. */
export function didOf(text: string): Did {
  parseDid(text);
  return asDid(text);
}
