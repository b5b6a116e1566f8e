import { createPublicKey, verify } from 'node:crypto';
import type { Backend } from '../backend-contract.js';
import { concatBytes } from '../bytes.js';
import { fromHex } from '../encoding/hex.js';

/** What a point of each form begins with, after the DER in front of it (RFC 5480); no others, as OpenSSL reads hybrids. */
const FORMS: ReadonlyMap<number, { readonly first: readonly number[]; readonly der: Uint8Array }> = new Map([
  [33, { first: [2, 3], der: fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200') }],
  [65, { first: [4], der: fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200') }],
]);

export const verifyP256: Backend['verifyP256'] = (publicKey, message, signature) => {
  try {
    const form = FORMS.get(publicKey.length);
    if (form === undefined || !form.first.includes(publicKey[0] ?? 0) || signature.length !== 64)
      return false;
    const der = Buffer.from(concatBytes(form.der, publicKey));
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false; // a point that is not on the curve
  }
};
