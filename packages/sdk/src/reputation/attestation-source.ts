import type { Dating, Did, Envelope, ErrorCode, Hash, JsonObject } from '@ttp/core';
import { inceptionOf } from '@ttp/crypto';
import type { KeyLogResolver } from '@ttp/did';
import {
  type AttestationBook,
  attestationBook,
  openSecurityEvents,
  type SecurityEvent,
  type SecuritySeverity,
  type Stated,
  type StatedAt,
} from '@ttp/score';
import { ratingSignals } from '@ttp/tre';
import { LOCAL_FACT_VALID_MS, REPUTATION_FINDINGS_MAX, REPUTATION_VALID_MS } from '../limits.js';
import type { AgentReputation, Reputation, ReputationContext, ReputationSource } from './reputation.js';
import { statementReader } from './statements.js';

/** What is known of security events: what was raised, and what operators closed. */
export interface RaisedEvents {
  readonly events: readonly SecurityEvent[];
  /** Envelopes from `signClosure` of @ttp/score. */
  readonly closures: readonly (Envelope | string)[];
}

/** What {@link attestationSource} gathers from. */
export interface AttestationSourceOptions {
  /**
   * All that was said of reputation: receipts, attestations, retractions, choices what to share, and vouches, with the
   * times at which a log took them in. Asked once a minute; what is unreadable counts for nothing and is a finding.
   */
  readonly list: () => Promise<readonly Stated[]>;
  /** Identities that the operator trusts to rate. Without any, no attestation opens what score alone must not. */
  readonly roots: readonly Did[];
  /** Knows the keys of those who state something, and who answers for them. */
  readonly resolver: Pick<KeyLogResolver, 'history' | 'ancestors'>;
  /** Evidence of when something was signed, for what a retired key signed. */
  readonly dating?: Dating;
  /** Security events, which cap the score until they are closed (decision D24). */
  readonly securityEvents?: () => Promise<RaisedEvents>;
}

/**
 * Reputation from signed statements, for the option `reputation` of `createTtp`: what others attested of the agent, with
 * what the patterns among all ratings leave of it, bad ratings of the inceptions above it, who vouches for it, and the
 * security events that nobody has closed. Where the statements cannot be had, what was known last holds for
 * REPUTATION_VALID_MS, and then nothing is decided any more.
 */
export const attestationSource = (options: AttestationSourceOptions): ReputationSource => ({
  open: (context) => openReputation(options, context),
});

interface Known {
  readonly at: number;
  readonly book: AttestationBook;
  readonly severitiesOf: (subject: Did) => readonly SecuritySeverity[];
}

function openReputation(
  { list, roots, resolver, dating = NO_DATES, securityEvents }: AttestationSourceOptions,
  { agent, above, clock, operators, raise }: ReputationContext,
): Reputation {
  const readAll = statementReader({ resolver, dating, operators });
  const raised = new Set<string>();
  let known: Known | undefined;
  let asking: Promise<Known> | undefined;

  /** Each finding once, and so many at a time: a heap of rubbish must not fill the log. */
  function report(found: readonly (JsonObject & { readonly code: ErrorCode })[]): void {
    for (const finding of found) {
      if (raised.size >= REPUTATION_FINDINGS_MAX) return;
      const mark = JSON.stringify(finding);
      if (raised.has(mark)) continue;
      raised.add(mark);
      raise(agent, finding);
    }
  }

  async function read(): Promise<Known> {
    const at = clock.now();
    const { stated, ignored } = await readAll(await list(), at);
    const book = attestationBook(stated, { roots, clusterOf: await clusters(stated, resolver) });
    report(ignored.map(({ code, field, id }) => findingOf(code, { field, id })));
    report(
      book.findings.flatMap((one) => {
        if ('code' in one) return [findingOf(one.code, { id: one.id })];
        if (one.subject !== agent) return [];
        return [{ code: 'SDK_RATING_PATTERN', pattern: one.pattern, found: one.found, among: one.among }];
      }),
    );
    return { at, book, severitiesOf: await severities() };
  }

  async function severities(): Promise<Known['severitiesOf']> {
    if (securityEvents === undefined) return () => [];
    const { events, closures } = await securityEvents();
    if (operators === undefined) return severitiesAmong(events);
    const { open, ignored } = await openSecurityEvents(events, closures, { operators, now: clock.now() });
    report(ignored.map(({ code, index }) => ({ code, closure: index })));
    return severitiesAmong(open);
  }

  /** Calls that come together share one reading. */
  async function current(): Promise<Known> {
    if (known !== undefined && clock.now() - known.at <= LOCAL_FACT_VALID_MS) return known;
    asking ??= read().finally(() => {
      asking = undefined;
    });
    try {
      return (known = await asking);
    } catch (error) {
      if (known === undefined || clock.now() - known.at > REPUTATION_VALID_MS) throw error;
      return known;
    }
  }

  let last: { readonly of: Known; readonly until: number; readonly value: AgentReputation } | undefined;

  return {
    async now(): Promise<AgentReputation> {
      const reading = await current();
      const { book, severitiesOf } = reading;
      const now = clock.now();
      if (last?.of === reading && now < last.until) return last.value;
      const factsOf = (did: Did): AgentReputation['facts'] => ({
        ...book.standingOf(did, now),
        securityEvents: severitiesOf(did),
      });
      const value = {
        facts: factsOf(agent),
        above: above.map((did) => ({ ...factsOf(did), killed: false, revoked: false })),
        vouched: book.isVouchedFor(agent, now),
        fraud: ratingSignals(book.gaming, agent),
      };
      last = { of: reading, until: book.nextChange(now), value };
      return value;
    },
  };
}

const findingOf = (
  code: ErrorCode,
  { field, id }: { readonly field?: string | undefined; readonly id: Hash | undefined },
): JsonObject & { readonly code: ErrorCode } => ({
  code,
  ...(field === undefined ? {} : { field }),
  ...(id === undefined ? {} : { statement: id }),
});

const severitiesAmong =
  (events: readonly SecurityEvent[]): Known['severitiesOf'] =>
  (did) =>
    events.filter(({ subject }) => subject === did).map(({ severity }) => severity);

/** Who shares the identity that answers for them all is one cluster; whoever nobody answers for is one of his own. */
async function clusters(
  stated: readonly StatedAt[],
  { ancestors }: Pick<KeyLogResolver, 'ancestors'>,
): Promise<(did: Did) => string> {
  const tops = new Map<Did, string>();
  for (const { statement } of stated) {
    if (statement.kind !== 'attestation') continue;
    for (const did of [statement.issuer, statement.subject])
      if (!tops.has(did)) tops.set(did, await topOf(did, ancestors));
  }
  return (did) => tops.get(did) ?? inceptionOf(did);
}

async function topOf(did: Did, ancestors: KeyLogResolver['ancestors']): Promise<string> {
  try {
    return inceptionOf((await ancestors(did)).at(-1) ?? did);
  } catch {
    return inceptionOf(did); // a subject whose key log nobody has here; an issuer without one does not count at all
  }
}

/** Nobody says when anything was signed: then only the keys in force verify (flaw.D3). */
const NO_DATES: Dating = { before: () => Promise.resolve(undefined) };
