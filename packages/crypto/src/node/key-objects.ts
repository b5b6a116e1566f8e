import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { concatBytes } from '../bytes.js';
import { fromHex } from '../encoding/hex.js';

// The DER in front of 32 raw bytes (RFC 8410): the import format that every supported Node reads.
const SPKI = { ed25519: fromHex('302a300506032b6570032100'), x25519: fromHex('302a300506032b656e032100') };
const PKCS8 = {
  ed25519: fromHex('302e020100300506032b657004220420'),
  x25519: fromHex('302e020100300506032b656e04220420'),
};

type Curve = 'ed25519' | 'x25519';

export const publicKeyObject = (curve: Curve, raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(concatBytes(SPKI[curve], raw)), format: 'der', type: 'spki' });

export const privateKeyObject = (curve: Curve, raw: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(concatBytes(PKCS8[curve], raw)), format: 'der', type: 'pkcs8' });

/** The raw public key of a private one: the last 32 bytes of its DER. */
export const rawPublicKey = (key: KeyObject): Uint8Array =>
  Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
