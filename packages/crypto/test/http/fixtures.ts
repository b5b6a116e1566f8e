import { codeRejectedBy, seededRandom } from '@ttp/testkit';
import {
  type HttpKey,
  type HttpRequest,
  type HttpResponse,
  type SignedHttp,
  signRequest,
  signResponse,
  type VerifiedHttp,
  verifyRequest,
  verifyResponse,
} from '../../src/http/index.js';
import { createReplayGuard, utf8 } from '../../src/index.js';
import { type Person, person } from '../fixtures.js';

export const NOW = 1_760_000_000_000;
export const agent: Person = person(1);
export const service: Person = person(2);
export const stranger: Person = person(3);

/** A request with its fields as pairs, which tests change one by one. */
export interface PlainRequest extends HttpRequest {
  readonly headers: readonly (readonly [string, string])[];
}
export interface PlainResponse extends HttpResponse {
  readonly headers: readonly (readonly [string, string])[];
}

export const REQUEST: PlainRequest = {
  method: 'POST',
  url: 'https://api.example:8443/v1/Charges?b=2&a=1',
  headers: [
    ['Host', 'api.example:8443'],
    ['Content-Type', 'application/json'],
  ],
  body: utf8('{"amount":5}'),
};
const RESPONSE: PlainResponse = {
  status: 201,
  headers: [['Content-Type', 'application/json']],
  body: utf8('{"id":"ch_1"}'),
};

/** The message with the fields of its signature. */
export const carrying = <T extends PlainRequest | PlainResponse>(message: T, { headers }: SignedHttp): T => ({
  ...message,
  headers: [
    ...message.headers.filter(([name]) => !(name.toLowerCase() in lower(headers))),
    ...Object.entries(headers),
  ],
});

const lower = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export async function signedRequest(
  request: PlainRequest = REQUEST,
  components: readonly string[] = [],
  who: Person = agent,
): Promise<PlainRequest> {
  const random = seededRandom(`nonce of ${who.kid}`);
  return carrying(request, await signRequest(request, { signer: who.signer, random, now: NOW, components }));
}

export async function signedResponse(
  request: PlainRequest,
  response: PlainResponse = RESPONSE,
): Promise<PlainResponse> {
  const signing = { signer: service.signer, random: seededRandom('response'), now: NOW + 1000 };
  return carrying(response, await signResponse(response, { ...signing, request }));
}

/** `keyOf` for these people; the owner of a key is its DID. */
export const keyOf =
  (...people: readonly Person[]) =>
  (keyid: string): HttpKey | undefined => {
    const found = people.find(({ kid }) => kid === keyid);
    return found && { alg: 'ed25519', publicKey: found.publicKey, owner: found.did };
  };

/** Verifies a request with a guard of its own, as the service does. */
export const accept = (request: HttpRequest, now: number = NOW): Promise<VerifiedHttp> =>
  verifyRequest(request, {
    keyOf: keyOf(agent, stranger),
    now,
    replay: createReplayGuard({ bootAt: 0 }),
  });

/** The code of the refusal of a request. */
export const refusal = (request: HttpRequest, now: number = NOW): Promise<unknown> =>
  codeRejectedBy(accept(request, now));

/** Verifies a response, as the agent does. */
export const acceptResponse = (
  response: HttpResponse,
  request: HttpRequest,
  now: number = NOW + 1000,
): Promise<VerifiedHttp> => verifyResponse(response, { request, keyOf: keyOf(service), now });

/** The message with a field changed: its value, or gone. */
export const withField = <T extends PlainRequest | PlainResponse>(
  message: T,
  name: string,
  change: (value: string) => string | undefined,
): T => ({
  ...message,
  headers: message.headers.flatMap(([key, value]): readonly (readonly [string, string])[] => {
    if (key.toLowerCase() !== name) return [[key, value]];
    const changed = change(value);
    return changed === undefined ? [] : [[key, changed]];
  }),
});
