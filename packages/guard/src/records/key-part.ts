import { hashJson } from '@ttp/crypto';

/**
 * A name as part of a store's key: itself where it is short and plain, otherwise its hash, so that two names never
 * make one key and no key is too long (Store port: 512 printable ASCII characters).
 */
export const keyPart = (name: string): string => (PLAIN.test(name) ? name : hashJson(name));

/** No slash, which parts are joined by. A name that looks like a hash of another is hashed too. */
const PLAIN = /^(?!sha256:)[A-Za-z0-9._:-]{1,80}$/;
