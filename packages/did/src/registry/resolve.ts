import { type Did, type DidDocument, type Hash, type Resolver, TtpError } from '@ttp/core';
import type { NameRegistry } from './registry.js';

/** Who a name means now. Evaluation, audit, kill and reputation use the `did`, never the name (decision D1). */
export interface ResolvedName {
  readonly name: string;
  readonly did: Did;
  readonly document: DidDocument;
  /** The id of the claim: it changes when the name changes hands. */
  readonly claim: Hash;
  /** The claim before, where the name has changed hands. */
  readonly prev?: Hash;
  /** The position of the claim in the registry's log. */
  readonly index: bigint;
}

/**
 * Resolves a name to the identity that claimed it.
 *
 * @param name `did:tessorium`, `did:service` or `isnad`
 * @throws DID_UNRESOLVED for a name that nobody claimed, and the codes of the registry and the resolver
 */
export async function resolveName(
  name: string,
  { registry, resolver }: { readonly registry: NameRegistry; readonly resolver: Resolver },
): Promise<ResolvedName> {
  const binding = await registry.lookup(name);
  if (binding === undefined)
    throw new TtpError('DID_UNRESOLVED', `nobody claimed ${name}`, { field: 'name' });
  const { did, id, index, body } = binding;
  const document = await resolver.resolve(did);
  return {
    name,
    did,
    document,
    claim: id,
    ...(body.prev === undefined ? {} : { prev: body.prev }),
    index,
  };
}
