export {
  type AuthZenPoint,
  answerAuthZen,
  answerAuthZenBatch,
  answerAuthZenEvaluations,
} from './authzen/answer.js';
export {
  AUTHZEN_SEMANTICS,
  type AuthZenAction,
  type AuthZenBatch,
  type AuthZenRequest,
  type AuthZenResource,
  type AuthZenResponse,
  type AuthZenSemantic,
  type AuthZenSubject,
  parseAuthZenBatch,
  parseAuthZenRequest,
  parseAuthZenResponse,
} from './authzen/model.js';
export { type AuthZenMapping, authZenRequestOf, policyRequestOf } from './authzen/request.js';
export { type CedarImport, importCedar } from './cedar/import.js';
