import {
  asDid,
  asTerm,
  CAPABILITIES,
  type Did,
  type Envelope,
  type Json,
  type JsonObject,
  type Operators,
  TtpError,
} from '@ttp/core';
import { canonicalize, decodeEnvelope, encodeEnvelope, envelopeId } from '@ttp/crypto';
import { keyLookup } from '@ttp/did';
import {
  openDelegation,
  requireUnrevoked,
  revokeDelegation,
  signDelegation,
  signDelegationRevocation,
  type VerifiedDelegation,
} from '@ttp/guard';
import { visible } from '@ttp/oversight';
import { coversPattern } from '@ttp/spl';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { inFile, readJson, readText, writeNew } from '../files/files.js';
import { readOperators } from '../files/operators.js';
import { openSigner } from '../files/signer-file.js';
import type { Io } from '../io.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';
import { timeText } from '../time-text.js';
import type { Call } from '../verb.js';
import { withIdentities } from './did/identities.js';

interface SignOptions {
  readonly key: string;
  readonly to: string;
  readonly capability?: readonly string[];
  readonly resource?: readonly string[];
  readonly budget: number;
  readonly currency: string;
  readonly depth: number;
  readonly until: number;
  readonly chain?: string;
  readonly out: string;
}

interface ShowOptions {
  readonly chain: string;
  readonly operators?: string;
  /** What the agent that began it was granted. */
  readonly grant?: readonly string[];
  readonly store?: string;
  readonly with?: readonly string[];
}

interface RevokeOptions extends ShowOptions {
  readonly store: string;
  readonly key: string;
  readonly link: number;
}

/** `ttp delegation sign`: a chain with one link more. */
export async function sign({ options, io }: Call<SignOptions>): Promise<Answer> {
  const { capability = [], resource = [], out, currency } = options;
  const capabilities = capability.map((word) => asTerm(CAPABILITIES, word, 'capability'));
  const before = options.chain === undefined ? [] : await readChain(options.chain);
  const last = before.at(-1);
  const { signer } = await signerOf(options.key, io);
  const link = await signDelegation(
    {
      subject: asDid(options.to),
      capabilities,
      resources: resource,
      budget: { currency, micros: options.budget },
      depth: options.depth,
      notAfter: options.until,
    },
    signer,
    { now: io.clock.now(), ...(last === undefined ? {} : { after: envelopeId(last) }) },
  );
  const chain = [...before, link];
  await writeNew(out, `[${chain.map((one) => encodeEnvelope(one)).join(',')}]\n`, 'out');
  const id = envelopeId(link);
  return {
    exit: EXIT.ok,
    json: { chain: out, id, links: chain.length },
    text: () => `chain  ${out}, ${chain.length} links; the last one is ${id}`,
  };
}

/** `ttp delegation show`: what a chain allows, after it verified. */
export async function show({ options, io }: Call<ShowOptions>): Promise<Answer> {
  const { store } = options;
  const { verified } = await verify(options, io);
  if (store !== undefined) await withStore(store, (storage) => requireUnrevoked(verified, storage.store));
  return {
    exit: EXIT.ok,
    json: { ...jsonOf(verified), operator: verified.operator ?? null },
    text: () => linesOf(verified).join('\n'),
  };
}

/** `ttp delegation revoke`: ends a link for good. */
export async function revoke({ options, io }: Call<RevokeOptions>): Promise<Answer> {
  const { verified, keysOf, operators } = await verify(options, io);
  const link = verified.links[options.link - 1];
  if (link === undefined)
    throw new TtpError('CLI_USAGE', `the chain has ${verified.links.length} links`, { field: 'link' });
  const { signer } = await signerOf(options.key, io);
  const now = io.clock.now();
  const revocation = await signDelegationRevocation(link.id, signer, now);
  const revoked = await withStore(options.store, ({ store }) =>
    revokeDelegation(revocation, verified, { store, now, keysOf, ...operators }),
  );
  return {
    exit: EXIT.ok,
    json: { revoked },
    text: (paint) => `${paint.bad('revoked')}  ${revoked}, and every link that follows it`,
  };
}

const signerOf = (file: string, io: Io): ReturnType<typeof openSigner> =>
  openSigner(file, { field: 'key', passphrases: passphrases(io), clock: io.clock });

/** The envelopes in a file, unverified. Throws CLI_FILE_*, and the codes of `decodeEnvelope`. */
async function readChain(file: string): Promise<readonly Envelope[]> {
  const json = await readJson(file, { field: 'chain' });
  return inFile(file, 'chain', () => {
    if (!Array.isArray(json)) throw new TtpError('GUARD_DELEGATION_LENGTH', 'a chain is a list of envelopes');
    return json.map((link: Json) => decodeEnvelope(canonicalize(link)));
  });
}

/** The chain in a file, by the keys of the identities that are known. */
async function verify(
  { chain: file, operators: roster, grant = [], ...sources }: ShowOptions,
  io: Io,
): Promise<{
  readonly verified: VerifiedDelegation;
  readonly keysOf: (agent: Did) => Promise<(kid: string) => Uint8Array | undefined>;
  readonly operators: { readonly operators?: Operators };
}> {
  const chain = await readChain(file);
  const operators = roster === undefined ? {} : { operators: await readOperators(roster, 'operators') };
  const texts = await Promise.all(grant.map((path) => readText(path, { field: 'grant' })));
  const grants = texts.map((text) => text.trim());
  const subject = chain.at(-1)?.body['subject'];
  return await withIdentities(sources, io, async ({ local }) => {
    const found = new Map<Did, Promise<(kid: string) => Uint8Array | undefined>>();
    const keysOf = (agent: Did): Promise<(kid: string) => Uint8Array | undefined> => {
      const known = found.get(agent) ?? local.resolve(agent).then((document) => keyLookup([document]));
      found.set(agent, known);
      return known;
    };
    const verified = await openDelegation(chain, {
      subject: asDid(typeof subject === 'string' ? subject : ''),
      now: io.clock.now(),
      covers: coversPattern,
      keysOf,
      grants,
      ...operators,
    });
    return { verified, keysOf, operators };
  });
}

const jsonOf = ({ links }: VerifiedDelegation): JsonObject => ({
  links: links.map(({ id, issuer, delegation: { budget, ...rest } }) => ({
    id,
    issuer,
    ...rest,
    budget: { ...budget },
  })),
});

const linesOf = ({ links }: VerifiedDelegation): readonly string[] =>
  links.flatMap(({ id, issuer, delegation }, i) => {
    const { subject, capabilities, resources, budget, depth, notAfter } = delegation;
    return [
      `${i + 1}  ${issuer} -> ${subject}`,
      `   ${id}`,
      `   until ${timeText(notAfter)}, ${depth} more links, ${budget.micros / 1_000_000} ${budget.currency}`,
      `   ${capabilities.join(', ')}`,
      `   ${resources.map(visible).join(', ')}`,
    ];
  });
