export type { Conditions } from './conditions.js';
export { type ReviewDecision, type ReviewVerdict, signReview } from './decision.js';
export { OVERSIGHT_ERRORS, type OversightErrorCode } from './errors.js';
export {
  APPROVAL_MAX_USES,
  APPROVAL_VALID_MS,
  PENDING_MAX_PER_AGENT,
  REVIEW_DEFAULT_MS,
  REVIEW_MAX_MS,
  REVIEW_POLL_MS,
} from './limits.js';
export { createOversight, type Oversight, type OversightOptions } from './oversight.js';
export type { Review } from './record.js';
export { renderReview, visible } from './render.js';
export { digestOf, type ReviewRequest, type ReviewTerms } from './request.js';
export { type ReviewEvent, type ReviewState, reviewMachine, type Vote } from './review-machine.js';
