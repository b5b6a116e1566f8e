import { type Random, type Signer, TtpError } from '@ttp/core';
import { base64 } from '../encoding/base64.js';
import { WEB_BOT_AUTH_MAX_LIFE_MS } from '../limits.js';
import type { ReplayGuard } from '../replay.js';
import { jwkThumbprint } from './jwk.js';
import { type HttpRequest, type ReadMessage, readRequest } from './message.js';
import { type SignedHttp, signContext } from './sign.js';
import { isInnerList, parseDictionary, parseItem, writeString } from './structured.js';
import { type HttpKey, type VerifiedHttp, verifyContext } from './verify.js';

/** The tag of requests under Web Bot Auth. */
export const WEB_BOT_AUTH_TAG = 'web-bot-auth';

const LABEL = 'sig1';
const AGENT = 'signature-agent';
const NONCE_BYTES = 64;
/** An origin: the directory of its keys stands at a path that the draft gives. */
const ORIGIN = /^https:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?$/;

/** What {@link signBotRequest} needs besides the request. */
export interface BotSigning {
  /** Carries `http-signature`; the `keyid` is the thumbprint of its key. */
  readonly signer: Signer;
  readonly random: Random;
  /** Wall clock, ms. */
  readonly now: number;
  /** How long the signature is good, ms: at most 24 h, and at best as short as the clocks allow. */
  readonly lifeMs: number;
  /** Origin of the directory of our keys, such as `https://agents.example`; left out where the verifier knows them. */
  readonly agent?: string;
  /** `string` for verifiers that read the older drafts; a dictionary, as the drafts since 2026 have it, unless given. */
  readonly agentForm?: 'dictionary' | 'string';
  /** What is covered besides the host and the agent, as names or identifiers: `@method`, `@path` ... */
  readonly components?: readonly string[];
}

/**
 * Signs a request to a site as an automated agent (Web Bot Auth, draft-meunier-web-bot-auth-architecture, on RFC 9421).
 * It says who is asking, not what: the standard covers the host alone, and `components` covers more.
 *
 * @throws CRYPTO_HTTP_MESSAGE for an agent that is no origin, and what `signRequest` throws;
 *   CRYPTO_BAD_PARAMETER for a life that is not 1 s to 24 h
 */
export async function signBotRequest(request: HttpRequest, signing: BotSigning): Promise<SignedHttp> {
  const { signer, random, now, lifeMs, agent, agentForm, components = [] } = signing;
  const read = readRequest(request);
  if (read.fields.has(AGENT))
    throw new TtpError('CRYPTO_HTTP_MESSAGE', 'the request names an agent already', { field: AGENT });
  if (agent !== undefined && !ORIGIN.test(agent))
    throw new TtpError('CRYPTO_HTTP_MESSAGE', 'the agent is no origin of https', { field: 'agent' });
  const inString = agentForm === 'string';
  const value = agent === undefined ? undefined : (inString ? '' : `${LABEL}=`) + writeString(agent);
  const named = inString ? AGENT : `"${AGENT}";key="${LABEL}"`;
  const fields = value === undefined ? read.fields : new Map([...read.fields, [AGENT, value]]);
  const signed = await signContext(
    { message: { ...read, fields } },
    {
      label: LABEL,
      signer,
      keyid: jwkThumbprint(signer.publicKey),
      components: ['@authority', ...(value === undefined ? [] : [named]), ...components],
      now,
      lifeMs,
      nonce: base64(random.bytes(NONCE_BYTES)),
      tag: WEB_BOT_AUTH_TAG,
    },
  );
  return value === undefined
    ? signed
    : { ...signed, headers: { 'Signature-Agent': value, ...signed.headers } };
}

/** How {@link verifyBotRequest} finds keys, and what it demands. */
export interface BotVerifier {
  /**
   * The key under a thumbprint, at a time (wall clock, ms), of an agent: the origin that names it, if it is named. Both
   * are an attacker's word: fetch directories of agents that are on a list, through a guarded fetch.
   */
  readonly keyOf: (
    keyid: string,
    at: number,
    agent: string | undefined,
  ) => HttpKey | undefined | Promise<HttpKey | undefined>;
  /** Wall clock, ms. */
  readonly now: number;
  /** How long a signature may live, ms; 24 h unless given. */
  readonly maxLifeMs?: number;
  /** What it has to cover besides the host and the agent. */
  readonly components?: readonly string[];
  /** Takes a signature once, for 5 minutes after it was made; without it one is good as often as it is shown. */
  readonly replay?: ReplayGuard;
}

/** A request under Web Bot Auth that verified. */
export interface VerifiedBot extends VerifiedHttp {
  /** Origin of the directory that the signature names. */
  readonly agent?: string;
}

/**
 * Verifies that a request is of the agent it names.
 *
 * @throws what `verifyRequest` throws; CRYPTO_HTTP_COVERAGE for a `Signature-Agent` that is not signed,
 *   CRYPTO_HTTP_MESSAGE for one that is no origin
 */
export async function verifyBotRequest(request: HttpRequest, verifier: BotVerifier): Promise<VerifiedBot> {
  const { keyOf, now, maxLifeMs = WEB_BOT_AUTH_MAX_LIFE_MS, components = [], replay } = verifier;
  const message = readRequest(request);
  const found = agentOf(message);
  const verified = await verifyContext(
    { message },
    {
      tag: WEB_BOT_AUTH_TAG,
      components: ['@authority', ...(found === undefined ? [] : [found.component]), ...components],
      parameters: ['expires', 'tag'],
      lifeMs: Math.min(maxLifeMs, WEB_BOT_AUTH_MAX_LIFE_MS),
    },
    { keyOf: (keyid, at) => keyOf(keyid, at, found?.agent), now },
    replay,
  );
  return found === undefined ? verified : { ...verified, agent: found.agent };
}

/** The agent that the request names, and the component that a signature over it has. Two agents are none. */
function agentOf({
  fields,
}: ReadMessage): { readonly agent: string; readonly component: string } | undefined {
  const value = fields.get(AGENT);
  if (value === undefined) return undefined;
  const [key, member] = value.startsWith('"') ? ['', parseItem(value)] : onlyMember(value);
  const agent = member === undefined || isInnerList(member) ? undefined : member.item.value;
  if (typeof agent !== 'string' || !ORIGIN.test(agent))
    throw new TtpError('CRYPTO_HTTP_MESSAGE', 'the agent is no origin of https', { field: AGENT });
  return { agent, component: key === '' ? AGENT : `"${AGENT}";key="${key}"` };
}

function onlyMember(value: string): readonly [string, ReturnType<typeof parseItem> | undefined] {
  const [first, ...more] = parseDictionary(value);
  if (first === undefined || more.length > 0 || isInnerList(first[1])) return ['', undefined];
  return [first[0], first[1]];
}
