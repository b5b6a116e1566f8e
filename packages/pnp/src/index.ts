export {
  type Agreement,
  agreementHash,
  agreementOf,
  agreementText,
  type Meet,
  matchOffers,
  meet,
} from './agreement.js';
export {
  type CertificateBody,
  type Open,
  transcriptOf,
  type VerifiedAgreement,
  type VerifyAgreementOptions,
  verifyAgreement,
} from './certificate.js';
export { CONFLICT_CODES, type Conflict, type ConflictCode, type ConflictSide } from './conflict.js';
export {
  answerOffer,
  type NegotiationOptions,
  type Negotiator,
  offerPolicy,
  resumeNegotiation,
} from './endpoint.js';
export { PNP_ERRORS, type PnpErrorCode } from './errors.js';
export { belowFloor, type Floor, weigh } from './floor.js';
export { forgetNegotiations } from './kept.js';
export {
  AGREEMENT_MAX_LAYERS,
  CONFLICTS_MAX,
  DEADLINE_SKEW_MS,
  MAX_ROUNDS,
  MESSAGE_MAX_BYTES,
  MESSAGES_MAX,
  POLICIES_KEPT,
  ROUND_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
} from './limits.js';
export {
  type NegotiationEnd,
  type NegotiationEvent,
  type NegotiationState,
  type NegotiationStateName,
  negotiationMachine,
  stateNamed,
  transitionTable,
} from './machine.js';
export { MESSAGE_TYPES, type MessageKind, type PolicyText, type Unsigned } from './message.js';
export { type LocalParty, type LocalPorts, negotiate } from './negotiate.js';
export {
  idleNegotiation,
  type Negotiation,
  type NegotiationContext,
  type NegotiationDecision,
  type NegotiationInput,
  type NegotiationOut,
  type NegotiationRole,
  type NegotiationStep,
} from './negotiation.js';
export { type Agreed, agreedLayers, type NegotiationResult } from './result.js';
export type { Decide } from './side.js';
export { stepNegotiation } from './step.js';
export { decideByProposals, type NegotiationView, proposalsOf } from './strategy.js';
