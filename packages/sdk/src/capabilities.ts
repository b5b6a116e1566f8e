import { type Evidence, type Interaction, isJsonObject, type Json, type Obligation } from '@ttp/core';

/**
 * What a call needs, as the registry or the call map names it in `resource.capabilities`. What is no list of words stands
 * for itself, and nobody holds it.
 */
export function neededCapabilities(resource: Json | undefined): readonly string[] {
  if (resource === undefined || !isJsonObject(resource)) return [];
  const { resource: inner } = resource;
  const nested = inner !== undefined && isJsonObject(inner) ? inner['capabilities'] : undefined;
  const needed = resource['resource.capabilities'] ?? nested;
  if (needed === undefined) return [];
  const words: readonly Json[] = Array.isArray(needed) ? needed : [needed];
  return [...new Set(words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))))];
}

/** The obligation to hold what a call needs: what the stage of its agent grants, and what operators granted besides. */
export function capabilityObligations(_: Interaction, { facts, now }: Evidence): readonly Obligation[] {
  const needs = neededCapabilities(facts['resource']?.value);
  if (needs.length === 0) return [];
  /** What a source says, unless it says it too late. */
  const listOf = (source: string): readonly Json[] => {
    const fact = facts[source];
    return fact !== undefined && now <= fact.at + fact.validFor && Array.isArray(fact.value)
      ? fact.value
      : [];
  };
  const granted = listOf('grants').flatMap((grant): readonly Json[] => {
    const { capability, notAfter } = isJsonObject(grant) ? grant : {};
    return capability !== undefined && typeof notAfter === 'number' && now < notAfter ? [capability] : [];
  });
  const held = [...listOf('capabilities'), ...granted];
  // Of what is held only what is needed: what else an agent gains while it waits changes nothing about this call.
  return [
    {
      kind: 'capability',
      from: 'capability',
      params: { needs, held: needs.filter((one) => held.includes(one)) },
    },
  ];
}
