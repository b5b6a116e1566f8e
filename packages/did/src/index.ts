export { createChallenge, type Party, type PendingChallenge, respondToChallenge } from './challenge.js';
export {
  type ChallengeEvent,
  type ChallengeState,
  challengeMachine,
  type PosedChallenge,
  poseChallenge,
  type VerifiedIdentity,
} from './challenge-machine.js';
export { didKey, didKeyDocument, documentOf } from './document.js';
export { DID_ERRORS, type DidErrorCode } from './errors.js';
export { DID_TYPES, type DidType } from './grammar.js';
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
export type { Established, HandshakeEvent, HandshakeOut, HandshakeRecord, Side } from './handshake/step.js';
export type { Claim } from './handshake/wire.js';
export {
  createIdentity,
  type Identity,
  type IdentityOptions,
  type NewIdentity,
  openIdentity,
  rotateIdentity,
  setServices,
} from './identity.js';
export { didOf } from './key-log.js';
export { keyLookup } from './key-lookup.js';
export type { InceptionBody, RecoveryCommitment, RotationBody, ServicesBody } from './operation.js';
export { type KeyLogResolver, memoryResolver, storeResolver } from './resolver.js';
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
