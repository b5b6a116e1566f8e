export {
  HTTP_BODY_MAX_BYTES,
  HTTP_DIRECTORY_MAX_KEYS,
  HTTP_FIELD_MAX_CHARS,
  HTTP_MAX_COMPONENTS,
  HTTP_MAX_FIELDS,
  HTTP_MAX_SIGNATURES,
  HTTP_SIGNATURE_LIFE_MS,
  WEB_BOT_AUTH_MAX_LIFE_MS,
} from '../limits.js';
export {
  A2S_REQUEST_COMPONENTS,
  A2S_TAG,
  type HttpSigning,
  signRequest,
  signResponse,
  verifyRequest,
  verifyResponse,
} from './a2s.js';
export {
  type BotSigning,
  type BotVerifier,
  signBotRequest,
  type VerifiedBot,
  verifyBotRequest,
  WEB_BOT_AUTH_TAG,
} from './bot-auth.js';
export { type DigestAlgorithm, digestField, requireDigest } from './digest.js';
export {
  type DirectoryKey,
  KEY_DIRECTORY_PATH,
  KEY_DIRECTORY_TYPE,
  type KeyDirectoryInput,
  readKeyDirectory,
  signKeyDirectory,
} from './directory.js';
export { type ForeignSignatureOptions, verifyHttpSignature } from './foreign.js';
export { informationalFields, withoutInternalFields } from './internal-fields.js';
export { jwkThumbprint } from './jwk.js';
export {
  type HeaderFields,
  type HttpRequest,
  type HttpResponse,
  readRequestField,
  requestData,
  responseData,
} from './message.js';
export type { SignedHttp } from './sign.js';
export type { SignatureChoice } from './signatures.js';
export type { HttpKey, HttpVerifier, SignatureRules, VerifiedHttp } from './verify.js';
