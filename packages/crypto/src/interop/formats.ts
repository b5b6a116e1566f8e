import { asItIs, asText, type ForeignFormat, type ForeignFormats, TEXT_FORMATS } from '../foreign-formats.js';
import { isSigStructure } from './cose-structure.js';
import { integrityInputOf } from './integrity-input.js';
import { isJwsInput } from './jws-input.js';
import { isPae } from './pae.js';

/**
 * The formats that a signer can check. A foreign purpose without an entry cannot be signed: a key must never sign
 * bytes that nobody looked at (flaw.H2).
 */
export const SIGNED_FORMATS: ForeignFormats = /* @__PURE__ */ new Map<string, ForeignFormat>([
  ...TEXT_FORMATS,
  ['jws', /* @__PURE__ */ asText(isJwsInput)],
  ['dsse', /* @__PURE__ */ asItIs(isPae)],
  ['cose-sign1', /* @__PURE__ */ asItIs(isSigStructure)],
  ['vc-eddsa-jcs', integrityInputOf],
]);
