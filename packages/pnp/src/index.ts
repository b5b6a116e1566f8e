export {
  type Agreement,
  agreementHash,
  agreementOf,
  agreementText,
  type Meet,
  matchOffers,
  meet,
} from './agreement.js';
export { CONFLICT_CODES, type Conflict, type ConflictCode, type ConflictSide } from './conflict.js';
export { PNP_ERRORS, type PnpErrorCode } from './errors.js';
export {
  CONFLICTS_MAX,
  DEADLINE_SKEW_MS,
  LAYERS_MAX,
  MAX_ROUNDS,
  MESSAGE_MAX_BYTES,
  MESSAGES_MAX,
  ROUND_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
} from './limits.js';
