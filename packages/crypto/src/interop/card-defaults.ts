import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { isList } from './refuse.js';

/**
 * Which members of an object of an agent card have a default that is left out before signing, and what its other
 * members are. Of lists and maps it is the shape of their members.
 */
interface Shape {
  /** Members without presence of their own: empty means absent. */
  readonly omit?: readonly string[];
  readonly within?: Readonly<Record<string, Shape>>;
  /** Maps alone: the shape of every value. */
  readonly each?: Shape;
}

const DESCRIBED: Shape = { omit: ['description'] };
const REQUIREMENT: Shape = {
  omit: ['schemes'],
  within: { schemes: { each: { omit: ['list'] } } },
};
const SCHEME: Shape = {
  within: {
    apiKeySecurityScheme: DESCRIBED,
    httpAuthSecurityScheme: { omit: ['description', 'bearerFormat'] },
    oauth2SecurityScheme: {
      omit: ['description', 'oauth2MetadataUrl'],
      within: {
        flows: {
          within: {
            authorizationCode: { omit: ['refreshUrl', 'pkceRequired'] },
            clientCredentials: { omit: ['refreshUrl'] },
            implicit: { omit: ['authorizationUrl', 'refreshUrl', 'scopes'] },
            password: { omit: ['tokenUrl', 'refreshUrl', 'scopes'] },
            deviceCode: { omit: ['refreshUrl'] },
          },
        },
      },
    },
    openIdConnectSecurityScheme: DESCRIBED,
    mtlsSecurityScheme: DESCRIBED,
  },
};
/** The members of a card that are neither REQUIRED nor `optional` in the definition of A2A 1.0 (a2a.proto). */
const CARD: Shape = {
  omit: ['securitySchemes', 'securityRequirements'],
  within: {
    supportedInterfaces: { omit: ['tenant'] },
    capabilities: {
      omit: ['extensions'],
      within: { extensions: { omit: ['uri', 'description', 'required'] } },
    },
    securitySchemes: { each: SCHEME },
    securityRequirements: REQUIREMENT,
    skills: {
      omit: ['examples', 'inputModes', 'outputModes', 'securityRequirements'],
      within: { securityRequirements: REQUIREMENT },
    },
  },
};

/**
 * An agent card without the members that only say their default (A2A 1.0 section 8.4.1): who rebuilds a card from
 * protocol buffers cannot tell them from absent ones. Members that A2A does not know stay.
 */
export const withoutDefaults = (card: JsonObject): JsonObject => objectWithout(card, CARD);

function objectWithout(object: JsonObject, { omit = [], within = {}, each }: Shape): JsonObject {
  const kept: Record<string, Json> = Object.create(null);
  for (const [name, value] of Object.entries(object)) {
    if (omit.includes(name) && isDefault(value)) continue;
    const shape = each ?? (Object.hasOwn(within, name) ? within[name] : undefined);
    kept[name] = shape === undefined ? value : valueWithout(value, shape);
  }
  return kept;
}

function valueWithout(value: Json, shape: Shape): Json {
  if (isList(value)) return value.map((member) => valueWithout(member, shape));
  return isJsonObject(value) ? objectWithout(value, shape) : value;
}

function isDefault(value: Json): boolean {
  if (isList(value)) return value.length === 0;
  if (isJsonObject(value)) return Object.keys(value).length === 0;
  return value === '' || value === false || value === null;
}
