import { codeRejectedBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type HttpKey,
  type HttpRequest,
  type HttpResponse,
  type VerifiedHttp,
  verifyRequest,
  verifyResponse,
} from '../../src/http/index.js';
import { createReplayGuard, fromMultikey, utf8 } from '../../src/index.js';

/** A message with its body as text. */
interface PlainMessage {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}
type Asked = PlainMessage & Pick<HttpRequest, 'method' | 'url'>;
type Answered = PlainMessage & Pick<HttpResponse, 'status'>;

/** A request, or a request and its response, and how its reader verifies what came last. */
interface HttpCase {
  readonly request: Asked;
  readonly response?: Answered;
  readonly now: number;
  /** Multikeys by key id. */
  readonly keys: Readonly<Record<string, string>>;
  readonly expect?: Pick<VerifiedHttp, 'label' | 'keyid' | 'created' | 'expires' | 'covered'>;
  readonly code?: string;
}

const withBytes = <T extends PlainMessage>(message: T): Omit<T, 'body'> & { readonly body: Uint8Array } => ({
  ...message,
  body: utf8(message.body),
});

async function verify({ request, response, now, keys }: HttpCase): Promise<VerifiedHttp> {
  const keyOf = (keyid: string): HttpKey | undefined => {
    const key = Object.hasOwn(keys, keyid) ? keys[keyid] : undefined;
    return key === undefined ? undefined : { alg: 'ed25519', publicKey: fromMultikey(key) };
  };
  return response === undefined
    ? verifyRequest(withBytes(request), { keyOf, now, replay: createReplayGuard({ bootAt: 0 }) })
    : verifyResponse(withBytes(response), { keyOf, now, request: withBytes(request) });
}

describe('the golden messages', () => {
  it.each(vectors<HttpCase>('http'))('$name', async (test) => {
    proves('decision.D11', 'flaw.A1');
    expect(await codeRejectedBy(verify(test))).toBe(test.code);
    if (test.expect === undefined) return;
    const { label, keyid, created, expires, covered } = await verify(test);
    expect({ label, keyid, created, expires, covered }).toEqual(test.expect);
  });
});
