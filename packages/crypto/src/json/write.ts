import { TtpError } from '@ttp/core';
import jcs from 'canonicalize';
import { JSON_FOREIGN_MAX_DEPTH, JSON_MAX_VALUES } from '../limits.js';
import { type FrozenForm, formOf } from './frozen.js';
import { keyOrder } from './key-order.js';

/** Something that does not stand in a string as it is, in one byte. */
const NOT_SIMPLE = /[^ !#-[\]-~]/;

const { getOwnPropertyDescriptor, getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf } = Object;

/**
 * The canonical form of plain data (RFC 8785), written while it is checked: each member is read once, through its
 * descriptor, and no code of the value runs. Refuses exactly what `plainCopy` refuses, but does not say why or where
 * (docs/adr/0002-own-jcs-writer.md).
 *
 * @throws whatever, where the value is not plain data
 */
export const writeCanonical = (value: unknown): string => new Writer().write(value, 0);

class Writer {
  #values = 0;
  /** The most containers that were met inside each other so far. */
  #deepest = 0;

  /** @param depth containers around the value */
  write(value: unknown, depth: number): string {
    this.#count(1);
    if (typeof value !== 'object' || value === null) return written(value);
    this.#enter(depth);
    const form = formOf(value);
    if (form !== undefined) return this.#frozen(value, form, depth);
    return Array.isArray(value) ? this.#array(value, depth + 1) : this.#object(value, depth + 1);
  }

  #array(array: readonly unknown[], depth: number): string {
    if (getPrototypeOf(array) !== Array.prototype) throw refused();
    const { length } = array;
    // `length` and the indices are all an array may have: a sparse one has fewer, a decorated one more.
    if (Reflect.ownKeys(array).length !== length + 1) throw refused();
    let text = '[';
    for (let i = 0; i < length; i++) {
      if (i > 0) text += ',';
      text += this.write(valueOf(getOwnPropertyDescriptor(array, i)), depth);
    }
    return `${text}]`;
  }

  #object(object: object, depth: number): string {
    const prototype: unknown = getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) throw refused();
    // Symbols and names apart: V8 takes five times as long to list both together.
    if (getOwnPropertySymbols(object).length > 0) throw refused();
    const names = getOwnPropertyNames(object);
    if (names.length === 0) return '{}';
    let text = '';
    for (const { key, text: before } of keyOrder(names)) {
      text += before;
      text += this.write(valueOf(getOwnPropertyDescriptor(object, key)), depth);
    }
    return `${text}}`;
  }

  /** What `frozenJson` gave: its form is made once. A form that is known counts for what it was made of. */
  #frozen(value: object, form: FrozenForm, depth: number): string {
    if (form.text !== '') {
      this.#count(form.values - 1);
      this.#enter(depth + form.height);
      return form.text;
    }
    const [values, deepest] = [this.#values, this.#deepest];
    this.#deepest = depth;
    const text = this.#members(value, depth + 1);
    form.values = this.#values - values + 1;
    form.height = this.#deepest - depth;
    form.text = text;
    this.#deepest = Math.max(this.#deepest, deepest);
    return text;
  }

  /** A copy that was checked when it was made, or a part of one: nothing of it has to be looked at twice. */
  #checked(value: unknown, depth: number): string {
    this.#count(1);
    if (typeof value !== 'object' || value === null) return written(value);
    this.#enter(depth);
    const form = formOf(value);
    return form === undefined ? this.#members(value, depth + 1) : this.#frozen(value, form, depth);
  }

  #members(container: object, depth: number): string {
    if (isList(container)) return `[${container.map((item) => this.#checked(item, depth)).join(',')}]`;
    const names = getOwnPropertyNames(container);
    if (names.length === 0) return '{}';
    let text = '';
    for (const { key, text: before } of keyOrder(names)) {
      text += before;
      text += this.#checked(Reflect.get(container, key), depth);
    }
    return `${text}}`;
  }

  #count(values: number): void {
    this.#values += values;
    if (this.#values > JSON_MAX_VALUES) throw refused();
  }

  /** @param depth containers around one that is met */
  #enter(depth: number): void {
    if (depth >= JSON_FOREIGN_MAX_DEPTH) throw refused();
    if (depth > this.#deepest) this.#deepest = depth;
  }
}

const isList = (container: object): container is readonly unknown[] => Array.isArray(container);

function written(value: unknown): string {
  if (typeof value === 'string') return NOT_SIMPLE.test(value) ? byReference(value) : `"${value}"`;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? `${value}` : byReference(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null) return 'null';
  throw refused();
}

/** The value of a member that is neither hidden nor absent. A getter has none, and is refused as `undefined` is. */
function valueOf(descriptor: PropertyDescriptor | undefined): unknown {
  if (descriptor === undefined || descriptor.enumerable !== true) throw refused();
  return descriptor.value;
}

/** A single string or number as the reference implementation writes it; it asks no `toJSON` of a primitive. */
function byReference(scalar: string | number): string {
  const text = jcs(scalar);
  if (text === undefined) throw refused();
  return text;
}

const refused = (): TtpError<'CRYPTO_JSON_NOT_PLAIN'> =>
  new TtpError('CRYPTO_JSON_NOT_PLAIN', 'not plain data');
