export {
  type SignAgentCardInput,
  signAgentCard,
  type VerifiedAgentCard,
  type VerifyAgentCardOptions,
  verifyAgentCard,
} from './agent-card.js';
export {
  type SignCoseInput,
  signCose,
  type VerifiedCose,
  type VerifyCoseOptions,
  verifyCose,
} from './cose.js';
export {
  type IssueCredentialInput,
  issueCredential,
  type VerifiedCredential,
  verifyCredential,
} from './credential.js';
export {
  type DsseEnvelope,
  type DsseKey,
  type SignDsseInput,
  signDsse,
  type VerifiedDsse,
  type VerifyDsseOptions,
  verifyDsse,
} from './dsse.js';
export {
  type SignIntegrityInput,
  signIntegrity,
  type VerifiedIntegrity,
  type VerifyIntegrityOptions,
  verifyIntegrity,
} from './integrity.js';
export { type SignJwsInput, signJws, type VerifiedJws, type VerifyJwsOptions, verifyJws } from './jws.js';
export { type ForeignKey, keyOfJwk, keysOfJwks } from './key.js';
export { ASSERTION_PURPOSES } from './sign.js';
export { type VerifiedAssertion, type VerifyAssertionInput, verifyAssertion } from './webauthn.js';
