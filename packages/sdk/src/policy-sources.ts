import { type Envelope, type JsonObject, TtpError } from '@ttp/core';

/** A policy from outside: in an envelope that an operator who may sign policies signed for this agent (decision D20). */
export interface SignedPolicySource {
  /** `ttp/policy@1`, from `signPolicy` of @ttp/spl, or its canonical text or bytes. */
  readonly signed: Envelope | string | Uint8Array;
}

/** A policy: JSON text, its bytes, an object, or one that an operator signed. */
export type PolicySource = string | Uint8Array | JsonObject | SignedPolicySource;

/** One layer of several, with its name: 1 to 32 of `a-z0-9-`, a letter first. */
export interface LayerSource {
  readonly layer: string;
  readonly policy: PolicySource;
}

/** What {@link readSources} makes of them: no policy, one without a name, or several with. */
export interface ReadSource {
  readonly layer: string | undefined;
  readonly source: PolicySource;
}

/** What layers without names are called, by how many there are: the widest scope first (decision D20). */
const SCOPES: { readonly [count: number]: readonly string[] } = {
  2: ['organisation', 'agent'],
  3: ['organisation', 'team', 'agent'],
};

/**
 * The policy or the layers that a host gives.
 * @throws SDK_POLICY_MISSING for none, SDK_POLICY_LAYERS for layers of which only some have names, or for more or
 *   fewer than have names by themselves
 */
export function readSources(
  given: PolicySource | readonly (PolicySource | LayerSource)[] | null | undefined,
): readonly ReadSource[] {
  if (!isList(given)) return [{ layer: undefined, source: present(given) }];
  const named = given.flatMap((one) => (isNamed(one) ? [one] : []));
  const plain = given.flatMap((one) => (isNamed(one) ? [] : [one]));
  if (plain.length === 0 && named.length > 0)
    return named.map(({ layer, policy }) => ({ layer, source: present(policy) }));
  if (named.length > 0) throw misnamed();
  if (plain.length <= 1) return [{ layer: undefined, source: present(plain[0]) }];
  const scopes = SCOPES[plain.length];
  if (scopes === undefined) throw misnamed();
  return scopes.map((layer, i) => ({ layer, source: present(plain[i]) }));
}

/** Whether an operator signed it. Such a source has nothing beside the envelope; a policy has no such key. */
export const isSigned = (source: PolicySource): source is SignedPolicySource => hasOnly(source, ['signed']);

const isList = (given: unknown): given is readonly (PolicySource | LayerSource)[] => Array.isArray(given);

const isNamed = (one: PolicySource | LayerSource): one is LayerSource => hasOnly(one, ['layer', 'policy']);

/** Whether it is an object with these members and no others: a policy would need others. */
const hasOnly = (value: unknown, keys: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).sort().join() === keys.join();

/** There is no implicit allow-all (flaw.P13). */
function present(source: PolicySource | null | undefined): PolicySource {
  const isEmpty = (typeof source === 'string' || source instanceof Uint8Array) && source.length === 0;
  if (source !== undefined && source !== null && !isEmpty) return source;
  throw new TtpError('SDK_POLICY_MISSING', 'without a policy nothing is permitted', { field: 'policy' });
}

const misnamed = (): TtpError =>
  new TtpError(
    'SDK_POLICY_LAYERS',
    'two layers are the organisation and the agent, three have the team between them; name any others',
    { field: 'policy' },
  );
