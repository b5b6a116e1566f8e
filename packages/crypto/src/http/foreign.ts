import type { ReplayGuard } from '../replay.js';
import { type HttpRequest, type HttpResponse, readRequest, readResponse } from './message.js';
import { type HttpVerifier, type SignatureRules, type VerifiedHttp, verifyContext } from './verify.js';

/** How {@link verifyHttpSignature} looks at a message. */
export type ForeignSignatureOptions = HttpVerifier &
  SignatureRules & {
    /** The request that a response answers, where the signature covers parts of it. */
    readonly request?: HttpRequest;
    /** Remembers nonces; the signature has to have one then. */
    readonly replay?: ReplayGuard;
  };

/**
 * Verifies a signature that others made by their own profile of RFC 9421. The caller says what it has to cover and
 * how long it may live: a signature that covers nothing authenticates nothing.
 *
 * @throws what `verifyRequest` throws
 */
export async function verifyHttpSignature(
  message: HttpRequest | HttpResponse,
  options: ForeignSignatureOptions,
): Promise<VerifiedHttp> {
  const read = 'status' in message ? readResponse(message) : readRequest(message);
  const context = options.request === undefined ? {} : { request: readRequest(options.request) };
  return verifyContext({ message: read, ...context }, options, options, options.replay);
}
