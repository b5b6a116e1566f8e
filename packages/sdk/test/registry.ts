import { type Clock, type Fetch, type Hash, type JsonObject, type Storage } from '@ttp/core';
import { createSigner, fromUtf8, keyPairOf, LOG_PURPOSES, utf8 } from '@ttp/crypto';
import {
  createNameRegistry,
  type Identity,
  memoryResolver,
  type NameRegister,
  type NameRegistry,
  remoteNameRegistry,
  signNameClaim,
} from '@ttp/did';
import { createTree, inclusionProofOf, leafHash, signCheckpoint } from '@ttp/etr-merkle';
import { logProofs } from '@ttp/sdk';
import { type FakeClock, seededRandom, testSigner } from '@ttp/testkit';

/** The name that the rig's policy is written for. */
const NAME = 'did:tessorium:agent:rig:v1';

const ORIGIN = 'names.example/log';
const URL = 'https://names.example/';

/** Signs checkpoints of the registry's log. */
const logKey = (number: number) =>
  createSigner({
    seed: keyPairOf(seededRandom(`registry ${number}`).bytes(32)).seed,
    kid: `${ORIGIN}#key`,
    purposes: LOG_PURPOSES,
  });

/** A registry of names with one operator, who gives a name to whoever is told. */
export async function registryOf(storage: Storage, clock: FakeClock, holders: readonly Identity[]) {
  const operator = testSigner(90);
  const resolver = memoryResolver({ clock });
  for (const { keyLog } of holders) await resolver.add(keyLog);
  const log = storage.log('names');
  const register: NameRegister = createNameRegistry({ log, resolver, operators: [operator.did], clock });
  const give = async (holder: Identity, name = NAME): Promise<Hash> => {
    const prev = (await register.lookup(name))?.id;
    const { id } = await register.claim(
      await signNameClaim(
        {
          name,
          did: holder.did,
          authority: { kind: 'operator', did: operator.did },
          ...(prev === undefined ? {} : { prev }),
        },
        { signers: [holder.signer, operator], clock: clock satisfies Clock },
      ),
    );
    return id;
  };

  /** The answer of an HTTP server in front of the log as it was at `size`, signed with the key of this number. */
  async function answer(name: string, size: bigint, key = 1): Promise<JsonObject> {
    const tree = createTree();
    let found: { readonly entry: string; readonly index: bigint } | undefined;
    let index = 0n;
    for await (const bytes of log.read(0n, size)) {
      tree.append(leafHash(bytes));
      const entry = fromUtf8(bytes);
      if (entry.includes(name)) found = { entry, index };
      index++;
    }
    if (found === undefined) return { entry: null };
    const checkpoint = await signCheckpoint({ origin: ORIGIN, size, root: tree.root(size) }, logKey(key));
    const inclusion = inclusionProofOf(found.index, size, tree.inclusionProof(found.index, size));
    return {
      entry: found.entry,
      index: found.index.toString(),
      proof: { checkpoint, inclusion: { ...inclusion, hashes: [...inclusion.hashes] } },
    };
  }

  /** The registry over HTTP. `answering` makes its answers; it believes the log key 1 alone. */
  function remote(answering: (name: string) => Promise<JsonObject | undefined>): NameRegistry {
    const fetch: Fetch = {
      async fetch({ url }) {
        const body = await answering(decodeURIComponent(url.slice(URL.length)));
        return {
          status: body === undefined ? 503 : 200,
          headers: {},
          body: once(JSON.stringify(body ?? '')),
        };
      },
    };
    return remoteNameRegistry({
      url: URL,
      logKey: logKey(1).publicKey,
      proofs: logProofs(ORIGIN),
      resolver,
      web: { fetch, timer: clock },
    });
  }

  return { log, register, give, answer, remote, resolver };
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  await Promise.resolve();
  yield utf8(text);
}
