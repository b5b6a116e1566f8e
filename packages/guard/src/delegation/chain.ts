import {
  asTime,
  CAPABILITIES,
  type Did,
  type Envelope,
  type Hash,
  type Operators,
  type Signer,
  TtpError,
} from '@ttp/core';
import {
  decodeEnvelope,
  encodeEnvelope,
  inceptionOf,
  issuerOf,
  signEnvelope,
  verifyEnvelope,
  verifyOperatorEnvelope,
} from '@ttp/crypto';
import { openGrant } from '../grants.js';
import type { DependencyEdge } from '../kill/cascade.js';
import { DELEGATION_MAX_LINKS } from '../limits.js';
import {
  type Covers,
  type Delegation,
  type DelegationScope,
  parseDelegation,
  requireNarrower,
} from './scope.js';

/** The capability without which nothing can be delegated on (decision D27). */
const DELEGATE = 'agent:delegate';

/**
 * Signs a delegation as `ttp/delegation@1`.
 *
 * @param after id of the link by which the delegator itself acts; left out at the beginning of a chain
 * @param now wall clock, ms
 * @throws GUARD_DELEGATION_INVALID, GUARD_BUDGET_MONEY, CORE_BAD_DID, CORE_UNKNOWN_TERM, and what the signer throws
 */
export async function signDelegation(
  delegation: Delegation,
  signer: Signer,
  { now, after }: { readonly now: number; readonly after?: Hash },
): Promise<Envelope<'ttp/delegation@1'>> {
  const { subject, capabilities, resources, budget, depth, notAfter } = parseDelegation({
    ...delegation,
    budget: { ...delegation.budget },
  });
  return signEnvelope({
    type: 'ttp/delegation@1',
    head: { iss: issuerOf(signer), iat: asTime(now), ...(after === undefined ? {} : { prev: after }) },
    body: { subject, capabilities, resources, budget: { ...budget }, depth, notAfter },
    signers: [signer],
  });
}

/** One link of a chain that verified. */
export interface DelegationLink {
  /** Id of the envelope. */
  readonly id: Hash;
  readonly issuer: Did;
  readonly delegation: Delegation;
}

/** A chain that verified: who may do what, and by whose leave. */
export interface VerifiedDelegation {
  /** From whoever began it to the subject. */
  readonly links: readonly DelegationLink[];
  /** What the last link allows, which is no more than any link before it does. */
  readonly scope: Delegation;
  /** The operator's id in the roster, where one began it. */
  readonly operator: string | undefined;
}

/** What a chain is opened with. */
export interface OpenDelegationOptions {
  /** Who wants to act by it. */
  readonly subject: Did;
  /** Wall clock, ms. */
  readonly now: number;
  readonly covers: Covers;
  /** The keys by which an agent may sign, such as `keyLookup` of @ttp/did gives for its resolved document. */
  readonly keysOf: (agent: Did) => Promise<(kid: string) => Uint8Array | undefined>;
  /** Whoever of them may sign policies may begin a chain. */
  readonly operators?: Operators;
  /** What operators granted to an agent that begins the chain: it gives away no other capability. */
  readonly grants?: readonly (Envelope | string)[];
}

/**
 * Opens a chain of delegations. Each link is signed by the subject of the one before, names it as `prev`, and allows
 * no more than it does; nobody stands in it twice. An operator begins it, or an agent with what operators granted it.
 *
 * @param chain envelopes or their texts, from whoever began it to the subject, as hostile as anything from outside
 * @throws GUARD_DELEGATION_LENGTH, GUARD_DELEGATION_BROKEN, GUARD_DELEGATION_CYCLE, GUARD_DELEGATION_FORBIDDEN,
 *   GUARD_DELEGATION_WIDENS, GUARD_DELEGATION_SUBJECT, GUARD_DELEGATION_EXPIRED, GUARD_DELEGATION_INVALID, the codes
 *   of `openGrant`, `verifyEnvelope` and `verifyOperatorEnvelope`, and what `keysOf` and `covers` throw
 */
export async function openDelegation(
  chain: readonly (Envelope | string)[],
  options: OpenDelegationOptions,
): Promise<VerifiedDelegation> {
  const { subject, now, covers, keysOf } = options;
  const [first, ...others] = chain.map((link) => (typeof link === 'string' ? link : encodeEnvelope(link)));
  if (first === undefined || chain.length > DELEGATION_MAX_LINKS)
    throw refused('LENGTH', `a chain has 1 to ${DELEGATION_MAX_LINKS} links`);
  const { link: root, above, operator } = await beginning(first, options);
  const links = [root];
  const known = new Set([root.issuer, root.delegation.subject].map(inceptionOf));
  if (known.size < 2) throw refused('CYCLE', 'nobody delegates to himself', '[0].body.subject');
  requireNarrower(above, root.delegation, { covers, field: '[0]' });
  for (const [i, text] of others.entries()) {
    const field = `[${i + 1}]`;
    const { id: prev, delegation: before } = links[i] ?? root;
    const keyOf = await keysOf(before.subject);
    const { id, head, body } = verifyEnvelope(text, {
      type: 'ttp/delegation@1',
      parse: parseDelegation,
      signers: () => ({ all: [before.subject] }),
      keyOf,
      now,
    });
    if (head.iss !== before.subject)
      throw refused('BROKEN', `of ${head.iss}, not of ${before.subject}`, `${field}.head.iss`);
    if (head.prev !== prev) throw refused('BROKEN', `it does not follow ${prev}`, `${field}.head.prev`);
    if (!before.capabilities.includes(DELEGATE))
      throw refused('FORBIDDEN', `${head.iss} may not delegate`, `[${i}].body.capabilities`);
    requireNarrower(before, body, { covers, field });
    const inception = inceptionOf(body.subject);
    if (known.has(inception))
      throw refused('CYCLE', `${body.subject} stands in the chain already`, `${field}.body.subject`);
    known.add(inception);
    links.push({ id, issuer: head.iss, delegation: body });
  }
  const { delegation: scope } = links.at(-1) ?? root;
  if (scope.subject !== subject) throw refused('SUBJECT', `for ${scope.subject}`, 'body.subject');
  // The last link ends first: none ends after the one before it.
  if (!(now < scope.notAfter)) throw refused('EXPIRED', `until ${scope.notAfter}`, 'body.notAfter');
  return { links, scope, operator };
}

/** The edges of the chain for a cascade: each subject stops with whoever gave it leave. */
export const edgesOf = ({ links }: VerifiedDelegation): readonly DependencyEdge[] =>
  links.map(({ id, issuer, delegation }) => ({ parent: issuer, child: delegation.subject, id }));

/** The first link, and what whoever signed it could give away. */
async function beginning(
  text: string,
  { now, keysOf, operators, grants = [] }: OpenDelegationOptions,
): Promise<{
  readonly link: DelegationLink;
  readonly above: DelegationScope;
  readonly operator: string | undefined;
}> {
  // Unverified: it only says which of the two ways to verify it is tried.
  const { head: claimed, sigs } = decodeEnvelope(text);
  if (claimed.prev !== undefined) throw refused('BROKEN', 'the first link follows another', '[0].head.prev');
  const isOperators = (await operators?.byKid(sigs[0]?.kid ?? '')) !== undefined;
  if (operators !== undefined && isOperators) {
    const { id, head, body, operator } = await verifyOperatorEnvelope(text, {
      type: 'ttp/delegation@1',
      parse: parseDelegation,
      operators,
      now,
      privileges: ['policy:sign'],
    });
    return {
      link: { id, issuer: head.iss, delegation: body },
      above: { ...EVERYTHING, capabilities: CAPABILITIES },
      operator: operator.id,
    };
  }
  const keyOf = await keysOf(claimed.iss);
  const { id, head, body } = verifyEnvelope(text, {
    type: 'ttp/delegation@1',
    parse: parseDelegation,
    keyOf,
    now,
  });
  const held = await Promise.all(
    grants.map((grant) => openGrant(grant, { subject: head.iss, operators, now })),
  );
  if (!held.some(({ capability }) => capability === DELEGATE))
    throw refused('FORBIDDEN', `${head.iss} was not granted ${DELEGATE}`, '[0].head.iss');
  // What it gives away lasts no longer than the leave to give it away, and than what was granted to it.
  const given = held.filter(
    ({ capability }) => capability === DELEGATE || body.capabilities.includes(capability),
  );
  return {
    link: { id, issuer: head.iss, delegation: body },
    above: {
      ...EVERYTHING,
      capabilities: held.map(({ capability }) => capability),
      notAfter: Math.min(...given.map(({ notAfter }) => notAfter)),
    },
    operator: undefined,
  };
}

/** What bounds nothing but the length of a chain. */
const EVERYTHING = {
  resources: ['**'],
  budget: undefined,
  depth: DELEGATION_MAX_LINKS,
  notAfter: Number.MAX_SAFE_INTEGER,
} as const;

type Refusal = 'LENGTH' | 'BROKEN' | 'CYCLE' | 'FORBIDDEN' | 'SUBJECT' | 'EXPIRED';

const refused = (code: Refusal, message: string, field?: string): TtpError =>
  new TtpError(`GUARD_DELEGATION_${code}`, message, field === undefined ? {} : { field });
