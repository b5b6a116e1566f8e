// The reference, and what browsers run: the implementation that says what the native one has to answer.
export { open, sealer } from './portable/aead.js';
export { signingKey, verify } from './portable/ed25519.js';
export { hash, sha256Hex, sha256Into } from './portable/hash.js';
export { verifyP256 } from './portable/p256.js';
export { scrypt } from './portable/scrypt.js';
export { exchange, exchangeKey } from './portable/x25519.js';
