import { isTtpError, type Json, TtpError } from '@ttp/core';
import { isWellFormed } from '../bytes.js';
import type { CryptoErrorCode } from '../errors.js';
import { JSON_FOREIGN_MAX_DEPTH, JSON_MAX_VALUES } from '../limits.js';
import { fieldOf } from './field.js';

/**
 * A copy of plain JSON data, in objects without prototype, or a refusal. Each member is read once and no code of
 * the value runs: a getter, a `toJSON` or a class instance could show one thing to a check and another to a hash
 * (flaw.J1).
 *
 * @throws CRYPTO_JSON_NOT_PLAIN, CRYPTO_JSON_LONE_SURROGATE, CRYPTO_JSON_NUMBER_RANGE, CRYPTO_JSON_FORBIDDEN_KEY,
 *   CRYPTO_JSON_DEPTH, CRYPTO_JSON_TOO_LARGE, with the path in `field`
 */
export const plainCopy = (value: unknown): Json => copyExcept(value, undefined);

/** The same, with the objects and arrays that `isKept` knows in it as they are. Throws as {@link plainCopy}. */
export function copyExcept(value: unknown, isKept: IsKept | undefined): Json {
  const copier = new Copier(isKept);
  try {
    return copier.copy(value);
  } catch (cause) {
    throw copier.refusalOf(cause);
  }
}

type IsKept = (container: unknown) => container is Json & object;

class Copier {
  readonly #isKept: IsKept | undefined;
  readonly #path: (string | number)[] = [];
  #values = 0;

  constructor(isKept: IsKept | undefined) {
    this.#isKept = isKept;
  }

  copy(value: unknown): Json {
    // A value that shares its parts can be small in memory and endless when written out.
    if (++this.#values > JSON_MAX_VALUES)
      throw this.#refuse('CRYPTO_JSON_TOO_LARGE', `more than ${JSON_MAX_VALUES} values`);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'object') return this.#container(value);
    if (typeof value !== 'number') throw this.#notPlain(`a value of type ${typeof value}`);
    if (!Number.isFinite(value)) throw this.#refuse('CRYPTO_JSON_NUMBER_RANGE', `the number ${value}`);
    return value;
  }

  #container(value: object): Json {
    if (this.#isKept?.(value) === true) return value;
    if (this.#path.length >= JSON_FOREIGN_MAX_DEPTH)
      throw this.#refuse('CRYPTO_JSON_DEPTH', `nested deeper than ${JSON_FOREIGN_MAX_DEPTH}`);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (Array.isArray(value)) {
      if (prototype !== Array.prototype) throw this.#notPlain('an array of another class');
      return this.#array(value);
    }
    if (prototype !== null && prototype !== Object.prototype) throw this.#notPlain('an instance of a class');
    return this.#object(value);
  }

  #array(value: readonly unknown[]): Json {
    const { length } = value;
    // `length` and the indices are all an array may have: a sparse one has fewer, a decorated one more.
    if (Reflect.ownKeys(value).length !== length + 1) throw this.#notPlain('a sparse or decorated array');
    const copy: Json[] = [];
    for (let i = 0; i < length; i++) copy.push(this.#member(value, i));
    return copy;
  }

  #object(value: object): Json {
    // Not Object.create(null): V8 keeps what that makes as a hash table, which is slow to fill, to read and to freeze.
    const copy: Record<string, Json> = Object.setPrototypeOf({}, null);
    // Names and symbols apart: both together take V8 six times as long.
    if (Object.getOwnPropertySymbols(value).length > 0) throw this.#notPlain('a key that is a symbol');
    for (const key of Object.getOwnPropertyNames(value)) {
      if (key === '__proto__') throw this.#refuse('CRYPTO_JSON_FORBIDDEN_KEY', 'the key "__proto__"');
      copy[this.#text(key)] = this.#member(value, key);
    }
    return copy;
  }

  #member(container: object, key: string | number): Json {
    this.#path.push(key);
    const descriptor = Object.getOwnPropertyDescriptor(container, key);
    if (descriptor === undefined || !('value' in descriptor) || descriptor.enumerable !== true)
      throw this.#notPlain('a getter, or a member that is hidden or absent');
    const copy = this.copy(descriptor.value);
    this.#path.pop();
    return copy;
  }

  #text(text: string): string {
    if (isWellFormed(text)) return text;
    throw this.#refuse('CRYPTO_JSON_LONE_SURROGATE', 'a lone surrogate');
  }

  /** A refusal as it is. What else is thrown comes from a trap of a proxy, or of one that was revoked. */
  refusalOf(cause: unknown): TtpError {
    return isTtpError(cause)
      ? cause
      : new TtpError('CRYPTO_JSON_NOT_PLAIN', 'what throws when it is read is no JSON data', {
          field: fieldOf(this.#path),
          cause,
        });
  }

  #notPlain(what: string): TtpError {
    return this.#refuse('CRYPTO_JSON_NOT_PLAIN', what);
  }

  #refuse(code: CryptoErrorCode, what: string): TtpError {
    return new TtpError(code, `${what} is no JSON data`, { field: fieldOf(this.#path) });
  }
}
