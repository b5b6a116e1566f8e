import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

/** An Ed25519 key as every contestant wants it. */
export interface TestKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly privateObject: KeyObject;
  readonly publicObject: KeyObject;
}

const PKCS8 = { ed25519: '302e020100300506032b657004220420', x25519: '302e020100300506032b656e04220420' };
const SPKI = { ed25519: '302a300506032b6570032100', x25519: '302a300506032b656e032100' };
type Curve = keyof typeof SPKI;

/** The import that costs least on this Node line (performance.md section 1). */
export const importPublic = (curve: Curve, raw: Uint8Array): KeyObject =>
  createPublicKey({
    key: Buffer.concat([Buffer.from(SPKI[curve], 'hex'), raw]),
    format: 'der',
    type: 'spki',
  });

export const importPrivate = (curve: Curve, raw: Uint8Array): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from(PKCS8[curve], 'hex'), raw]),
    format: 'der',
    type: 'pkcs8',
  });

export const rawPublic = (key: KeyObject): Uint8Array =>
  Uint8Array.from(key.export({ format: 'der', type: 'spki' }).subarray(-32));

export function newKey(): TestKey {
  const seed = Uint8Array.from(randomBytes(32));
  const privateObject = importPrivate('ed25519', seed);
  const publicObject = createPublicKey(privateObject);
  return { seed, publicKey: rawPublic(publicObject), privateObject, publicObject };
}

/** A signature by a key, and the same with one bit of S changed. */
export interface Signed {
  readonly key: TestKey;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly forged: Uint8Array;
}

export function signed(key: TestKey, message: Uint8Array = Uint8Array.from(randomBytes(64))): Signed {
  const signature = Uint8Array.from(sign(null, message, key.privateObject));
  const forged = Uint8Array.from(signature);
  forged[40] = (forged[40] ?? 0) ^ 1;
  return { key, message, signature, forged };
}

export const nodeKeygen = (): Uint8Array => rawPublic(generateKeyPairSync('ed25519').publicKey);
