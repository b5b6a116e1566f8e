import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';

/** One kind of value: how JSON Schema describes it, and how it is read. */
export interface Shape<T> {
  readonly schema: JsonObject;
  /** Whether a member of this shape may be left out. */
  readonly isOptional?: true;
  /** Throws GATEWAY_BAD_REQUEST with the field. */
  read(value: Json | undefined, field: string): T;
}

/** What an object of these members holds once it was read. */
export type Read<Members> = { readonly [K in keyof Members]: Members[K] extends Shape<infer T> ? T : never };

/** A text that is not empty, of at most `max` UTF-16 units. In answers it has no bounds. */
export const text = (says: string, max?: number): Shape<string> => ({
  schema: {
    type: 'string',
    description: says,
    ...(max === undefined ? {} : { minLength: 1, maxLength: max }),
  },
  read(value, field) {
    if (typeof value !== 'string' || value === '') throw malformed(field, 'it is a text');
    if (max !== undefined && value.length > max) throw malformed(field, `it has more than ${max} characters`);
    return value;
  },
});

/** One of a closed list of words. */
export const word = <T extends string>(says: string, words: readonly T[]): Shape<T> => ({
  schema: { type: 'string', description: says, enum: [...words] },
  read(value, field) {
    const found = words.find((one) => one === value);
    if (found === undefined) throw malformed(field, `it is one of ${words.join(', ')}`);
    return found;
  },
});

export const flag = (says: string): Shape<boolean> => ({
  schema: { type: 'boolean', description: says },
  read(value, field) {
    if (typeof value !== 'boolean') throw malformed(field, 'it is true or false');
    return value;
  },
});

/** A whole number from `min` to `max`. */
export const whole = (says: string, min = 0, max: number = Number.MAX_SAFE_INTEGER): Shape<number> => ({
  schema: { type: 'integer', description: says, minimum: min, maximum: max },
  read(value, field) {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
      throw malformed(field, `it is a whole number from ${min} to ${max}`);
    return value;
  },
});

/** Any JSON object: somebody else's format, read where it is used. */
export const record = (says: string): Shape<JsonObject> => ({
  schema: { type: 'object', description: says },
  read(value, field) {
    if (!isJsonObject(value)) throw malformed(field, 'it is an object');
    return value;
  },
});

/** At most `max` values of one shape. */
export const list = <T>(says: string, of: Shape<T>, max?: number): Shape<readonly T[]> => ({
  schema: {
    type: 'array',
    description: says,
    items: of.schema,
    ...(max === undefined ? {} : { maxItems: max }),
  },
  read(value, field) {
    if (!Array.isArray(value)) throw malformed(field, 'it is a list');
    if (max !== undefined && value.length > max) throw malformed(field, `it has more than ${max} elements`);
    return value.map((one: Json, i) => of.read(one, `${field}[${i}]`));
  },
});

/** A member that may be left out. */
export const optional = <T>(shape: Shape<T>): Shape<T | undefined> => ({
  schema: shape.schema,
  isOptional: true,
  read: (value, field) => (value === undefined ? undefined : shape.read(value, field)),
});

/** An object of these members and no others: one that nobody reads was meant to say something. */
export const object = <M extends Readonly<Record<string, Shape<unknown>>>>(members: M): Shape<Read<M>> => ({
  schema: {
    type: 'object',
    properties: Object.fromEntries(Object.entries(members).map(([name, { schema }]) => [name, schema])),
    required: Object.entries(members).flatMap(([name, shape]) => (shape.isOptional ? [] : [name])),
    additionalProperties: false,
  },
  read(value, field) {
    if (!isJsonObject(value)) throw malformed(field, 'it is an object');
    const at = (name: string): string => (field === '' ? name : `${field}.${name}`);
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(members, name));
    if (unknown !== undefined) throw malformed(at(unknown.slice(0, 80)), 'there is no such member');
    const read = Object.entries(members).map(([name, shape]) => [name, shape.read(value[name], at(name))]);
    // Each member was read by the shape of its name.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return Object.fromEntries(read) as Read<M>;
  },
});

/** What a tool cannot take. */
export const malformed = (field: string, why: string): TtpError =>
  new TtpError('GATEWAY_BAD_REQUEST', `${field === '' ? 'the arguments' : field}: ${why}`, { field });
