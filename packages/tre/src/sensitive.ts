import {
  CAPABILITIES,
  CLASSIFICATIONS,
  type Evidence,
  isJsonObject,
  type Json,
  type JsonObject,
} from '@ttp/core';
import { type Facts, readFacts } from './facts.js';

/** Capabilities that a score alone never opens; `data:financial` stands for payment card data (decision D24). */
const SENSITIVE_CAPABILITIES: readonly string[] = [
  'file:write',
  'file:execute',
  'network:internal',
  'network:external',
  'data:pii',
  'data:phi',
  'data:financial',
  'data:confidential',
];

/** Kinds of special data that are not sensitive by themselves; pii, phi, pci and every unknown word are. */
const PLAIN_DATA: readonly string[] = ['none', 'financial', 'legal'];

/**
 * Whether a call touches what score alone must not open (decision D24, flaw.S1): confidential or restricted data,
 * PII, PHI, PCI, or a capability to write or run files or to use a network. A registry that does not answer, whose
 * answer is stale, or whose words are unknown, hides something: that is sensitive as well. Where no registry was
 * asked, the policy's required capabilities are all there is.
 */
export function isSensitive(resource: Facts['resource'], requiredCapabilities: readonly string[]): boolean {
  if (requiredCapabilities.some(isSensitiveCapability)) return true;
  if (resource.state === 'silent') return false;
  if (resource.state !== 'fresh') return true;
  const { value } = resource;
  return (
    hasSensitiveData(value) || someWord(attribute(value, 'resource.capabilities'), isSensitiveCapability)
  );
}

/**
 * Whether monitor mode is refused for a call (decision D37, flaw.G5): its target holds confidential or restricted
 * data, PII, PHI or PCI, is called by a word that nobody knows, or its registry was asked and gave no answer that
 * counts. What nobody classified is neither.
 */
export function holdsSensitiveData(evidence: Evidence): boolean {
  const { resource } = readFacts(evidence);
  if (resource.state === 'silent') return false;
  return resource.state !== 'fresh' || hasSensitiveData(resource.value);
}

const hasSensitiveData = (registry: JsonObject): boolean =>
  someWord(attribute(registry, 'dataClassification'), isSensitiveClass) ||
  someWord(attribute(registry, 'resource.specialDataTypes'), (word) => !PLAIN_DATA.includes(word));

/** Whether a registry that answered calls the resource public, and nothing about it is sensitive. */
export const isPublic = (resource: Facts['resource']): boolean =>
  resource.state === 'fresh' &&
  attribute(resource.value, 'dataClassification') === 'public' &&
  !isSensitive(resource, []);

const isSensitiveClass = (word: string): boolean =>
  !CLASSIFICATIONS.some((term) => term === word && (term === 'public' || term === 'internal'));

const isSensitiveCapability = (word: string): boolean =>
  SENSITIVE_CAPABILITIES.includes(word) || !CAPABILITIES.some((term) => term === word);

/** Whether one of the words holds; what is neither absent nor a word nor a list of words holds, too. */
function someWord(value: Json | undefined, holds: (word: string) => boolean): boolean {
  if (value === undefined) return false;
  if (typeof value === 'string') return holds(value);
  return !Array.isArray(value) || value.some((word) => typeof word !== 'string' || holds(word));
}

/** An attribute by its full name, which is a key of its own or a path into nested objects. */
function attribute(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const dot = name.indexOf('.');
  const inner = dot > 0 && Object.hasOwn(object, name.slice(0, dot)) ? object[name.slice(0, dot)] : undefined;
  return isJsonObject(inner) ? attribute(inner, name.slice(dot + 1)) : undefined;
}
