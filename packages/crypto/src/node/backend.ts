// The native implementation, by node:crypto: the same answers as the portable one.
export { open, sealer } from './aead.js';
export { signingKey, verify } from './ed25519.js';
export { hash, sha256Hex, sha256Into } from './hash.js';
export { verifyP256 } from './p256.js';
export { scrypt } from './scrypt.js';
export { exchange, exchangeKey } from './x25519.js';
