import type { Areas } from './asked.js';
import { BREAKER_AREAS } from './breaker.js';
import { CRYPTO_AREAS } from './crypto.js';
import { DECISION_AREAS } from './decision.js';
import { IDENTITY_AREAS } from './identity.js';
import { INTEROP_AREAS } from './interop.js';
import { LOG_AREAS } from './log.js';
import { SCORE_AREAS } from './score.js';

/** How the cases of each area are asked for. */
export const AREAS: Areas = {
  ...CRYPTO_AREAS,
  ...IDENTITY_AREAS,
  ...INTEROP_AREAS,
  ...LOG_AREAS,
  ...DECISION_AREAS,
  ...SCORE_AREAS,
  ...BREAKER_AREAS,
};
