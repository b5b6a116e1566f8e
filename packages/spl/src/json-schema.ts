import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import * as z from 'zod/mini';
import { conditionsSchema, DID_PATTERN, definitions, TRIGGER_PATTERN } from './json-schema-parts.js';
import { LIST_MAX_ELEMENTS, POLICY_MAX_RULES, TEXT_MAX_CHARACTERS } from './limits.js';
import { policySchema, type SchemaPlace } from './schema.js';

/** What a JSON Schema cannot say: a policy that it accepts may still be refused with one of these codes. */
export const BEYOND_JSON_SCHEMA: readonly string[] = [
  // Of the text, not of the value.
  'SPL_TOO_LARGE',
  // A schema counts characters, the language UTF-16 code units.
  'SPL_TOO_LONG',
  'SPL_DUPLICATE_RULE',
  'SPL_TOO_MANY_WINDOWS',
  // Which zones there are is known to the runtime.
  'SPL_BAD_VALUE',
  'SPL_BAD_PATTERN',
  // The order of bounds, the decimals of an amount.
  'SPL_BAD_OPERAND',
];

/**
 * The grammar of the language as a JSON Schema (2020-12), made from the schema that the loader reads with and from the
 * table of attributes and operators: for editors, and for other languages. Whatever `loadPolicy` takes, it accepts;
 * what it accepts is refused with a code of BEYOND_JSON_SCHEMA at most.
 */
export function policyJsonSchema(): JsonObject {
  const { document, places } = policySchema();
  const byType = new Map(Object.entries(places).map(([place, type]) => [type, place]));
  const schema = z.toJSONSchema(document, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const place = byType.get(zodSchema);
      if (place !== undefined) Object.assign(jsonSchema, refined(place));
    },
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:ttp:spl:1.0.0',
    title: 'Security Policy Language 1.0.0',
    $comment: `Not said here: ${BEYOND_JSON_SCHEMA.join(', ')}; see the specification.`,
    ...limited({ ...asObject(JSON.parse(JSON.stringify(schema))), $defs: definitions() }),
  };
}

/** What is said of a place beside its shape. */
function refined(place: string): JsonObject {
  const said: { readonly [place in SchemaPlace]: JsonObject } = {
    conditions: conditionsSchema(),
    agentDid: { pattern: DID_PATTERN },
    trigger: { pattern: TRIGGER_PATTERN },
    timezone: { pattern: '^[A-Za-z][A-Za-z0-9_+/-]*$' },
    rules: { minItems: 1, maxItems: POLICY_MAX_RULES },
    rule: {
      allOf: [
        {
          if: { properties: { effect: { const: 'deny' } } },
          else: { required: ['resources', 'actions'] },
        },
        {
          if: { properties: { effect: { enum: ['allow_with_approval', 'requireHumanApproval'] } } },
          else: { properties: { humanApproval: false } },
        },
      ],
    },
  };
  return Object.entries(said).find(([name]) => name === place)?.[1] ?? {};
}

/** The limits of every text and list, wherever they stand. */
function limited(schema: JsonObject): JsonObject {
  const { type, enum: terms, const: term } = schema;
  const isOpen = terms === undefined && term === undefined;
  return {
    ...Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, deeper(value)])),
    ...(type === 'string' && isOpen ? { maxLength: TEXT_MAX_CHARACTERS } : {}),
    ...(type === 'array' && schema['maxItems'] === undefined ? { maxItems: LIST_MAX_ELEMENTS } : {}),
  };
}

const deeper = (value: Json): Json =>
  Array.isArray(value) ? value.map(deeper) : isJsonObject(value) ? limited(value) : value;

const asObject = (value: Json): JsonObject => (isJsonObject(value) ? value : {});
