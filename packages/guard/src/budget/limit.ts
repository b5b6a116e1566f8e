import {
  asDid,
  asTime,
  type Did,
  type Envelope,
  type JsonObject,
  type Operators,
  type Signer,
  type Store,
  TtpError,
} from '@ttp/core';
import { encodeEnvelope, issuerOf, signEnvelope, utf8, verifyOperatorEnvelope } from '@ttp/crypto';
import { isCurrency, isMicros, type Money } from './money.js';

/** How much an agent may spend in a calendar month. */
export interface BudgetLimit extends Money {
  readonly subject: Did;
  /** Grows with every limit of the agent: an older one never comes back. */
  readonly serial: number;
}

/** A limit that verified, and who set it. */
export interface VerifiedBudgetLimit extends BudgetLimit {
  /** The operator's id in the roster. */
  readonly operator: string;
}

/**
 * Signs a limit as `ttp/budget@1`, with the key of an operator who may sign policies.
 *
 * @param now wall clock, ms
 * @throws GUARD_BUDGET_INVALID, CORE_BAD_DID, and what the signer throws
 */
export async function signBudget(
  limit: BudgetLimit,
  signer: Signer,
  now: number,
): Promise<Envelope<'ttp/budget@1'>> {
  const { subject, currency, micros, serial } = parseLimit({ ...limit });
  return signEnvelope({
    type: 'ttp/budget@1',
    head: { iss: issuerOf(signer), iat: asTime(now) },
    body: { subject, currency, micros, serial },
    signers: [signer],
  });
}

/** What limits that operators signed are kept with. */
export interface BudgetLimitPorts {
  readonly store: Pick<Store, 'get' | 'put'>;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly operators: Operators | undefined;
}

const keyOf = (agent: Did): string => `guard/budget/limit/${agent}`;

/**
 * The limit that an operator set for an agent; undefined where nobody did. Verified again whenever it is read: who can
 * write to the store sets no limit.
 *
 * @throws GUARD_OPERATORS_ABSENT, GUARD_BUDGET_INVALID, GUARD_BUDGET_SUBJECT, the codes of `verifyOperatorEnvelope` and
 *   of the store
 */
export async function readBudgetLimit(
  agent: Did,
  { store, now, operators }: BudgetLimitPorts,
): Promise<VerifiedBudgetLimit | undefined> {
  const found = await store.get(keyOf(agent));
  return found === undefined
    ? undefined
    : await openBudget(new TextDecoder().decode(found.value), agent, operators, now());
}

/**
 * Stores the limit that an operator signed, in place of an earlier one. It holds from the next call on, in every process
 * that shares the store.
 *
 * @returns the limit that is in force now
 * @throws GUARD_BUDGET_STALE for a serial that is not above the one in force; GUARD_BUDGET_CONTENTION; what
 *   {@link readBudgetLimit} throws
 */
export async function storeBudgetLimit(
  input: Envelope | string,
  agent: Did,
  ports: BudgetLimitPorts,
): Promise<VerifiedBudgetLimit> {
  const text = typeof input === 'string' ? input : encodeEnvelope(input);
  const limit = await openBudget(text, agent, ports.operators, ports.now());
  const found = await ports.store.get(keyOf(agent));
  const before = await readBudgetLimit(agent, ports);
  if (before !== undefined && before.serial >= limit.serial)
    throw new TtpError('GUARD_BUDGET_STALE', `${before.serial} is in force`, { field: 'body.serial' });
  if (!(await ports.store.put(keyOf(agent), utf8(text), found?.version ?? 0)))
    throw new TtpError('GUARD_BUDGET_CONTENTION', 'somebody else set a limit at the same time');
  return limit;
}

async function openBudget(
  input: string,
  subject: Did,
  operators: Operators | undefined,
  now: number,
): Promise<VerifiedBudgetLimit> {
  if (operators === undefined)
    throw new TtpError('GUARD_OPERATORS_ABSENT', 'the limit of a budget needs a roster of operators');
  const { head, body, operator } = await verifyOperatorEnvelope(input, {
    type: 'ttp/budget@1',
    parse: parseLimit,
    operators,
    now,
    privileges: ['policy:sign'],
  });
  if (body.subject !== subject || head.iss === subject)
    throw new TtpError('GUARD_BUDGET_SUBJECT', `for ${body.subject}, by ${head.iss}`, {
      field: 'body.subject',
    });
  return { ...body, operator: operator.id };
}

function parseLimit({ subject, currency, micros, serial, ...rest }: JsonObject): BudgetLimit {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  if (typeof subject !== 'string') throw invalid('subject');
  if (!isCurrency(currency)) throw invalid('currency');
  if (!isMicros(micros)) throw invalid('micros');
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 1) throw invalid('serial');
  return { subject: asDid(subject), currency, micros, serial };
}

const invalid = (member: string): TtpError =>
  new TtpError('GUARD_BUDGET_INVALID', `the body of the limit has a wrong ${member}`, {
    field: `body.${member}`,
  });
