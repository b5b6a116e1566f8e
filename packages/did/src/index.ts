export { createChallenge, type Party, type PendingChallenge, respondToChallenge } from './challenge.js';
export {
  type ChallengeEvent,
  type ChallengeState,
  challengeMachine,
  type PosedChallenge,
  poseChallenge,
  type VerifiedIdentity,
} from './challenge-machine.js';
export { type DatedKeyLookupOptions, datedKeyLookup } from './dating.js';
export { didKey, didKeyDocument, documentOf } from './document.js';
export { DID_ERRORS, type DidErrorCode } from './errors.js';
export { type OutsiderKey, outsiderKeyOf } from './foreign/did-key.js';
export { agentCardEvidence, credentialEvidence, type IdentityEvidence } from './foreign/evidence.js';
export type { WebPorts } from './foreign/fetch-json.js';
export { webResolver } from './foreign/web-resolver.js';
export { DID_TYPES, type DidType } from './grammar.js';
export { accept, connect } from './handshake/connect.js';
export {
  createEndpoint,
  type Endpoint,
  type EndpointOptions,
  type HandshakeOptions,
} from './handshake/endpoint.js';
export {
  type HttpSessionClient,
  type HttpSessions,
  httpSession,
  httpSessions,
  SESSION_FIELD,
  type SessionRequest,
} from './handshake/http-session.js';
export {
  type InitiatorState,
  initiatorMachine,
  type StartInput,
  startHandshake,
} from './handshake/initiator.js';
export { type HandshakePrimitives, PRIMITIVES } from './handshake/primitives.js';
export {
  type ReceiveInput,
  type ResponderState,
  receiveInit,
  responderMachine,
} from './handshake/responder.js';
export type { Session } from './handshake/session.js';
export { type SessionBook, sessionBook } from './handshake/session-book.js';
export {
  openSession,
  type SessionEvent,
  type SessionOut,
  type SessionState,
  sessionMachine,
} from './handshake/session-machine.js';
export type { Established, HandshakeEvent, HandshakeOut, HandshakeRecord, Side } from './handshake/step.js';
export type { Claim } from './handshake/wire.js';
export {
  createIdentity,
  type Identity,
  type IdentityOptions,
  type NewIdentity,
  openIdentity,
  type RotationOptions,
  rotateIdentity,
  setServices,
} from './identity.js';
export { didOf } from './key-log.js';
export { keyLookup } from './key-lookup.js';
export type {
  DeactivationBody,
  InceptionBody,
  RecoveryBody,
  RotationBody,
  ServicesBody,
} from './operation.js';
export { publisherChain } from './publisher-chain.js';
export { deactivateIdentity, type RecoveryOptions, recoverIdentity } from './recovery/act.js';
export type { RecoveryCommitment } from './recovery/commitment.js';
export {
  type NameAuthority,
  type NameClaimBody,
  signNameClaim,
} from './registry/claim.js';
export type { NameAnswer, NameBinding, NameCheckpoint } from './registry/entry.js';
export {
  createNameRegistry,
  type NameRegister,
  type NameRegistry,
  type NameRegistryOptions,
} from './registry/registry.js';
export { type RemoteNameRegistryOptions, remoteNameRegistry } from './registry/remote.js';
export { type ResolvedName, resolveName } from './registry/resolve.js';
export { createResolver, type ResolutionOptions } from './resolution.js';
export {
  type KeyLogResolver,
  type KeyLogResolverOptions,
  type KeyPeriod,
  memoryResolver,
  storeResolver,
} from './resolver.js';
export {
  type KnownRevocations,
  type Revocation,
  type RevocationAuthorities,
  type RevocationContext,
  type Ruling,
  readRevocations,
  verifyRevocation,
} from './revocation/authority.js';
export { type IssueOptions, signRevocation, signRuling } from './revocation/issue.js';
export {
  REVOCATION_EXPIRY_MS,
  REVOCATION_SEVERITIES,
  type RevocationSeverity,
} from './revocation/severity.js';
export type { RevocationBody, RevocationTier, RulingBody } from './revocation/statement.js';
export {
  compromisedSince,
  type RevocationStatus,
  type RevocationSubject,
  revocationStatus,
} from './revocation/status.js';
export {
  type StatusList,
  type StatusListBody,
  signStatusList,
  verifyStatusList,
} from './revocation/status-list.js';
export type { ServiceEntry } from './service.js';
export {
  formatDid,
  type IsnadName,
  type KeyDid,
  type ParsedDid,
  parseDid,
  type ServiceName,
  type TessoriumName,
  type TtpDid,
  type WebDid,
} from './syntax.js';
