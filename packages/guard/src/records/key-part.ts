import { hashJson } from '@ttp/crypto';

/**
 * A name as part of a store's key: percent-encoded where that is short, otherwise its hash, so that two names never make
 * one key and no key is too long (Store port: 512 printable ASCII characters).
 */
export function keyPart(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed());
  return encoded.length <= KEY_PART_MAX && name.isWellFormed() ? encoded : hashJson(name);
}

/** The name that a part of a key stands for: itself, or its hash. No name is encoded with a colon. */
export const nameOf = (part: string): string =>
  part.startsWith('sha256:') ? part : decodeURIComponent(part);

const KEY_PART_MAX = 120;
