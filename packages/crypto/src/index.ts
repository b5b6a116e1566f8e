export { aeadSealer, type OpenInput, openAead, type SealInput, sealAead } from './aead.js';
export { concatBytes, equalBytes, fromUtf8, joinBytes, utf8 } from './bytes.js';
export { base58btc, fromBase58btc } from './encoding/base58.js';
export { base64, base64url, fromBase64, fromBase64url } from './encoding/base64.js';
export { fromHex, hex } from './encoding/hex.js';
export { fromMultibase, fromMultikey, multibase, multikey } from './encoding/multikey.js';
export { verifyChain } from './envelope/chain.js';
export {
  type DecodeEnvelopeOptions,
  decodeEnvelope,
  encodeEnvelope,
  envelopeId,
} from './envelope/codec.js';
export {
  type VerifiedOperatorEnvelope,
  type VerifyOperatorEnvelopeOptions,
  verifyOperatorEnvelope,
} from './envelope/operator.js';
export type { UnverifiedEnvelope } from './envelope/shape.js';
export { cosignEnvelope, issuerOf, type SignEnvelopeInput, signEnvelope } from './envelope/sign.js';
export { inceptionOf, type SignersRule } from './envelope/signers.js';
export { type Verified, type VerifyEnvelopeOptions, verifyEnvelope } from './envelope/verify.js';
export { CRYPTO_ERRORS, type CryptoErrorCode } from './errors.js';
export { bytesOfHash, hashBytes, hashData, hashJson, sha256, sha256Into, sha384, sha512 } from './hash.js';
export { canonicalBytes, canonicalize } from './json/canonical.js';
export { frozenJson } from './json/frozen.js';
export { type JsonProfile, type ParseJsonOptions, parseJson } from './json/parse.js';
export { plainCopy } from './json/plain.js';
export { type HkdfInput, hkdfSha256, hmacSha256, type Pbkdf2Input, pbkdf2Sha256 } from './kdf.js';
export {
  type DecryptKeyOptions,
  decryptKey,
  type EncryptKeyInput,
  encryptKey,
  type KeyFile,
  type KeyHistory,
} from './keyfile.js';
export {
  createKeyFileSigner,
  type KeyFileSigner,
  type KeyFileSignerInput,
  type KeyHold,
} from './keyfile-signer.js';
export {
  createSigner,
  generateKeyPair,
  type KeyPair,
  keyPairOf,
  registerKey,
  type SignerInput,
  verifyEd25519,
} from './keys.js';
export {
  BASE58_MAX_BYTES,
  ENVELOPE_MAX_SIGNATURES,
  JSON_FOREIGN_MAX_DEPTH,
  JSON_MAX_BYTES,
  JSON_MAX_DEPTH,
  JSON_MAX_VALUES,
  KEY_CACHE_ENTRIES,
  KEY_FILE_MAX_COST_LOG2,
  KEY_FILE_MIN_COST_LOG2,
  KEY_HOLD_MAX_MS,
  KEY_ID_MAX_CHARS,
  PASSWORD_MAX_BYTES,
  PASSWORD_MAX_COST_LOG2,
  PASSWORD_MIN_COST_LOG2,
  PUBLIC_KEY_BYTES,
  REPLAY_MAX_PER_KEY,
  REPLAY_MAX_TOTAL,
  SEALED_DATA_MAX_BYTES,
  SEALED_FIELD_MAX_BYTES,
  SEED_BYTES,
  SEQUENCE_WINDOW,
  SIGNATURE_BYTES,
} from './limits.js';
export { verifyP256 } from './p256.js';
export {
  type HashPasswordInput,
  hashPassword,
  type PasswordVerdict,
  type VerifyPasswordInput,
  verifyPassword,
} from './password.js';
export {
  type EnvelopeType,
  frame,
  IDENTITY_PURPOSES,
  isEnvelopeType,
  LOG_PURPOSES,
  PURPOSES,
  type Purpose,
  type PurposeEntry,
  type SignatureInput,
  verifySignature,
  WITNESS_PURPOSES,
} from './purposes.js';
export { createReplayGuard, type ReplayGuard, type ReplayGuardOptions, type ReplayInput } from './replay.js';
export {
  type OpenDataOptions,
  openData,
  type RewrapDataOptions,
  rewrapData,
  type SealDataInput,
  type SealedData,
  sealData,
} from './sealing/data.js';
export { type OpenFieldOptions, openField, type SealFieldInput, sealField } from './sealing/field.js';
export type { KeyLookup, NamedKey } from './sealing/key-id.js';
export { createSequenceWindow, type SequenceWindow } from './sequence-window.js';
export { type ExchangeKeyPair, generateExchangeKey, sharedSecret } from './x25519.js';
