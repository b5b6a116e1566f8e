import { createPrivateKey, sign as signBytes } from 'node:crypto';
import type { EnvelopeSignature, Hash } from '@ttp/core';
import {
  base64url,
  canonicalBytes,
  concatBytes,
  decodeEnvelope,
  encodeEnvelope,
  envelopeId,
  frame,
  sha512,
  utf8,
  verifyEnvelope,
} from '@ttp/crypto';
import type { TestSigner } from '@ttp/testkit';
import { MESSAGE_MAX_BYTES, type Open, type Unsigned } from '../../src/index.js';

/** How a world signs and verifies. */
export interface Suite {
  readonly open: Open;
  readonly sign: (signer: TestSigner, unsigned: Unsigned) => EnvelopeSignature;
}

/** What stands in front of a seed in PKCS #8 (RFC 8410). */
const PKCS8 = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]);

/** Ed25519, signed without a promise. */
export const REAL: Suite = {
  open: verifyEnvelope,
  sign({ kid, seed }, { type, head, body }) {
    const key = createPrivateKey({
      key: Buffer.from(concatBytes(PKCS8, seed)),
      format: 'der',
      type: 'pkcs8',
    });
    const signature = signBytes(null, frame(type, canonicalBytes({ head: { ...head }, body })), key);
    return { kid, sig: base64url(new Uint8Array(signature)) };
  },
};

const read = new Map<string, { readonly envelope: ReturnType<typeof decodeEnvelope>; readonly id: Hash }>();

/** A message with its id, read once for all who look at it. */
export function decoded(text: string): {
  readonly envelope: ReturnType<typeof decodeEnvelope>;
  readonly id: Hash;
} {
  const known = read.get(text);
  if (known !== undefined) return known;
  const envelope = decodeEnvelope(text, { maxBytes: MESSAGE_MAX_BYTES });
  const made = { envelope, id: envelopeId(envelope) };
  if (read.size >= 64) read.clear();
  read.set(text, made);
  return made;
}

const decoder = new TextDecoder();

/** A hash in place of a signature: nobody in a simulation has an operation to make one for somebody else. */
const stubSignature = (kid: string, id: string): string => base64url(sha512(utf8(`${kid} ${id}`)));

/** The rules of `verifyEnvelope` without the keys, which are nine tenths of the time. */
const openStub: Open = (input, options) => {
  const text =
    typeof input === 'string'
      ? input
      : ArrayBuffer.isView(input)
        ? decoder.decode(input)
        : encodeEnvelope(input);
  const { envelope, id } = decoded(text);
  const { head, body, sigs, type } = envelope;
  const signers = sigs.map(({ kid }) => kid.slice(0, kid.indexOf('#')));
  const rule = options.signers?.(head, body) ?? { all: [head.iss] };
  const wanted: readonly string[] = 'all' in rule ? rule.all : rule.of;
  const isSigned =
    wanted.length > 0 &&
    signers.every((did) => wanted.includes(did)) &&
    wanted.every((did) => signers.includes(did)) &&
    sigs.every(({ kid, sig }) => sig === stubSignature(kid, id));
  const isFresh = options.audience === undefined || Math.abs(options.now - head.iat) <= 300_000;
  if (!isSigned || !isFresh || type !== options.type || (head.aud ?? options.audience) !== options.audience)
    // What is wrong with it, the real one says.
    return verifyEnvelope(text, options);
  const parsed = options.parse(body);
  options.replay?.admit({ key: head.iss, nonce: head.nonce ?? '', iat: head.iat, now: options.now });
  return {
    id,
    head,
    body: parsed,
    signers: 'all' in rule ? rule.all : rule.of,
    kids: sigs.map(({ kid }) => kid),
  };
};

export const STUB: Suite = {
  open: openStub,
  sign: ({ kid }, unsigned) => ({ kid, sig: stubSignature(kid, envelopeId({ ...unsigned, sigs: [] })) }),
};
