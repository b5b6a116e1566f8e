import { asItIs, asText, type ForeignFormat, type ForeignFormats, TEXT_FORMATS } from '../foreign-formats.js';
import { isSigStructure } from './cose-structure.js';
import { integrityInputOf } from './integrity-input.js';
import { isJwsInput } from './jws-input.js';
import { isPae } from './pae.js';

const signedFormats = (): ForeignFormats =>
  new Map<string, ForeignFormat>([
    ...TEXT_FORMATS,
    ['jws', asText(isJwsInput)],
    ['dsse', asItIs(isPae)],
    ['cose-sign1', asItIs(isSigStructure)],
    ['vc-eddsa-jcs', integrityInputOf],
  ]);

/**
 * The formats that a signer can check. A foreign purpose without an entry cannot be signed: a key must never sign
 * bytes that nobody looked at (flaw.H2). Made by a call, which a bundler leaves out where nobody signs; it would keep
 * the spread of a map, and with it every reader.
 */
export const SIGNED_FORMATS: ForeignFormats = /* @__PURE__ */ signedFormats();
