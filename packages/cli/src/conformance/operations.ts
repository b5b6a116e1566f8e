import { BREAKER_OPERATIONS } from './ops/breaker.js';
import { CRYPTO_OPERATIONS } from './ops/crypto.js';
import { DECISION_OPERATIONS } from './ops/decision.js';
import { FETCH_OPERATIONS } from './ops/fetch.js';
import { HANDSHAKE_OPERATIONS } from './ops/handshake.js';
import { HTTP_OPERATIONS } from './ops/http.js';
import { IDENTITY_OPERATIONS } from './ops/identity.js';
import { INTEROP_OPERATIONS } from './ops/interop.js';
import { LOG_OPERATIONS } from './ops/log.js';
import { NEGOTIATION_OPERATIONS } from './ops/negotiation.js';
import { SCORE_OPERATIONS } from './ops/score.js';
import type { Operation, Operations } from './protocol.js';

/**
 * Every operation that a package stands behind. What is missing answers CONFORMANCE_NOT_IMPLEMENTED.
 *
 * @param more operations that only the conformance adapter has
 */
export const operations = (more: Readonly<Record<string, Operation>> = {}): Operations =>
  new Map(
    Object.entries({
      ...CRYPTO_OPERATIONS,
      ...FETCH_OPERATIONS,
      ...HTTP_OPERATIONS,
      ...INTEROP_OPERATIONS,
      ...IDENTITY_OPERATIONS,
      ...HANDSHAKE_OPERATIONS,
      ...LOG_OPERATIONS,
      ...DECISION_OPERATIONS,
      ...SCORE_OPERATIONS,
      ...NEGOTIATION_OPERATIONS,
      ...BREAKER_OPERATIONS,
      ...more,
    }),
  );
