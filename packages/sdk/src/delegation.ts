import {
  type Clock,
  type Did,
  type Envelope,
  type EvidenceSource,
  type Interaction,
  type Json,
  type Operators,
  type Store,
  TtpError,
} from '@ttp/core';
import { keyLookup } from '@ttp/did';
import { openDelegation, requireUnrevoked, type SharedBudget, type VerifiedDelegation } from '@ttp/guard';
import { coversPattern, matchResource } from '@ttp/spl';
import { LOCAL_FACT_VALID_MS } from './limits.js';
import type { TtpOptions } from './options.js';
import { localSource } from './sources.js';

/** What a chain of delegations is opened on. */
interface DelegationPorts {
  readonly agent: Did;
  readonly store: Store;
  readonly clock: Clock;
  readonly operators: Operators | undefined;
  readonly resolver: TtpOptions['resolver'];
}

/** A chain that is in force for an enforcement point. */
export interface ActingBy {
  /** Agents of the chain above this one: a kill of any of them stops it too. */
  readonly above: readonly Did[];
  /**
   * Throws where the chain holds no longer: GUARD_DELEGATION_EXPIRED, GUARD_DELEGATION_REVOKED, what `openDelegation`
   * throws, and what the store does.
   */
  requireInForce(): Promise<void>;
  /** What calls are charged to besides the agent's own budget: that of each link, which all share who act under it. */
  readonly budgets: readonly SharedBudget[];
  /**
   * The same sources, which say what the chain allows and no more, and one that refuses every call that it does not
   * allow: `delegation`.
   */
  narrowed<I extends Interaction>(sources: readonly EvidenceSource<I>[]): readonly EvidenceSource<I>[];
}

/** Leave to act, before there is an enforcement point: what `createTtp` takes as `delegation`. */
export interface DelegationControl {
  open(ports: DelegationPorts): Promise<ActingBy>;
}

/**
 * Lets an agent act by leave of another: with the capabilities, on the resources, within the budgets and until the end
 * that a chain of `ttp/delegation@1` allows, and in no other way. The keys of agents in it come from the `resolver` of
 * `createTtp`. Signatures, roster and keys are looked at again every LOCAL_FACT_VALID_MS, end and revocations with
 * every call, and again where it waited for its holds.
 *
 * @param chain from whoever began it to this agent
 * @param grants what operators granted to the agent that begins the chain, where no operator does
 */
export const actingBy = (
  chain: readonly (Envelope | string)[],
  { grants = [] }: { readonly grants?: readonly (Envelope | string)[] } = {},
): DelegationControl => ({
  async open({ agent, store, clock, operators, resolver }) {
    const verified = (): Promise<VerifiedDelegation> =>
      openDelegation(chain, {
        subject: agent,
        now: clock.now(),
        covers: coversPattern,
        grants,
        ...(operators === undefined ? {} : { operators }),
        async keysOf(did) {
          if (resolver === undefined)
            throw new TtpError('DID_UNRESOLVED', `${did} is in the chain: give a resolver`, {
              field: 'resolver',
            });
          return keyLookup([await resolver.resolve(did)]);
        },
      });
    let last = { at: clock.now(), delegation: await verified() };
    await requireUnrevoked(last.delegation, store);
    const { links, scope } = last.delegation;

    async function requireInForce(): Promise<void> {
      const now = clock.now();
      if (now - last.at > LOCAL_FACT_VALID_MS) last = { at: now, delegation: await verified() };
      if (!(now < scope.notAfter))
        throw new TtpError('GUARD_DELEGATION_EXPIRED', `until ${scope.notAfter}`, { field: 'notAfter' });
      await requireUnrevoked(last.delegation, store);
    }

    const source: EvidenceSource = localSource('delegation', clock, async ({ resource }) => {
      await requireInForce();
      if (!scope.resources.some((pattern) => matchResource(pattern, resource)))
        throw new TtpError('GUARD_DELEGATION_RESOURCE', resource, { field: 'resource' });
      return {
        links: links.map(({ id }) => id),
        by: links.map(({ issuer }) => issuer),
        notAfter: scope.notAfter,
      };
    });

    /** The capabilities of the chain, in the form of grants; the agent's own ones do not widen them. */
    const grantsOfChain: EvidenceSource = localSource('grants', clock, async () =>
      scope.capabilities.map((capability) => ({
        capability,
        notAfter: scope.notAfter,
        envelope: links.at(-1)?.id ?? '',
        operator: last.delegation.operator ?? '',
      })),
    );
    const isAllowed = (word: Json): boolean => scope.capabilities.some((known) => known === word);
    const fewer = <I extends Interaction>(stage: EvidenceSource<I>): EvidenceSource<I> => ({
      ...stage,
      async gather(interaction, signal) {
        const fact = await stage.gather(interaction, signal);
        return { ...fact, value: Array.isArray(fact.value) ? fact.value.filter(isAllowed) : [] };
      },
    });
    return {
      above: links.map(({ issuer }) => issuer).filter((did) => did.startsWith('did:ttp:')),
      requireInForce,
      budgets: links.map(({ id, delegation }) => ({ name: id, limit: delegation.budget })),
      narrowed: (sources) => [
        ...sources
          .filter(({ name }) => name !== 'grants')
          .map((one) => (one.name === 'capabilities' ? fewer(one) : one)),
        grantsOfChain,
        source,
      ],
    };
  },
});
