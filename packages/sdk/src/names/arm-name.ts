import { type Did, type ErrorCode, type Hash, type Store, type Timer, TtpError } from '@ttp/core';
import type { NameRegistry } from '@ttp/did';
import { askName } from './ask.js';
import { type NamePin, readPin, type StoredPin, writePin } from './name-pin.js';

/** What a name is armed for, and where it is asked and kept. */
export interface NameContext {
  readonly registry: NameRegistry;
  readonly store: Store;
  readonly timer: Timer;
  readonly agent: Did;
}

/** A name that was pinned, and what kept the registry from confirming it now. */
export interface ArmedName {
  readonly pin: NamePin;
  readonly fault: ErrorCode | undefined;
}

/**
 * Resolves the readable name of a policy through the registry and pins what it means together with the policy's hash
 * (decision D1). A policy that was armed before goes on by its pin where the registry cannot be asked; one that was
 * not needs its answer.
 *
 * @throws SPL_NAME_REBOUND where the name was pinned to this agent and means another one now, or did when it was
 *   checked last; SDK_POLICY_REBOUND where it never was this agent's; SDK_POLICY_STATE, SDK_POLICY_RACE; and, for a
 *   policy that was not armed before, whatever the registry fails with
 */
export async function armName(name: string, policy: Hash, context: NameContext): Promise<ArmedName> {
  const { registry, store, timer, agent } = context;
  const stored = await readPin(store, agent);
  const before = stored.pin?.name === name ? stored.pin : undefined;
  const said = await askName(registry, name, before?.checkpoint, timer);
  if ('fault' in said) {
    const { fault } = said;
    if (before?.policy !== policy)
      throw new TtpError(fault, `${name} cannot be resolved`, { field: 'names' });
    if (before.rebound) throw rebound(name);
    return { pin: before, fault };
  }
  const { did, checkpoint } = said;
  if (did === agent) {
    const pin: NamePin = { policy, name, did, checkpoint, rebound: false };
    await keep(pin, stored, context);
    return { pin, fault: undefined };
  }
  if (before === undefined)
    throw new TtpError('SDK_POLICY_REBOUND', `the policy is for ${name}, which is ${did}`, {
      field: 'agentDid',
    });
  await keep({ ...before, checkpoint, rebound: true }, stored, context);
  throw rebound(name);
}

async function keep(pin: NamePin, { version }: StoredPin, { store, agent }: NameContext): Promise<void> {
  if (!(await writePin(store, agent, pin, version)))
    throw new TtpError('SDK_POLICY_RACE', 'another process armed a policy at the same moment', {
      field: 'policy',
    });
}

/** What every decision is refused with from then on. */
export const rebound = (name: string): TtpError<'SPL_NAME_REBOUND'> =>
  new TtpError('SPL_NAME_REBOUND', `${name} means another agent than when the policy was armed`, {
    field: 'agentDid',
  });
