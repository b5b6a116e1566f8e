import type { Dispose, ErrorCode } from '@ttp/core';
import { NAME_CHECK_MS } from '../limits.js';
import { type ArmedName, type NameContext, rebound } from './arm-name.js';
import { askName } from './ask.js';
import { type NamePin, readPin, writePin } from './name-pin.js';

/** What is told of a name while it is watched: that it was rebound, or that the registry does not answer any more. */
export type NameFinding = { readonly code: ErrorCode; readonly name: string };

/** A pinned name, looked after. */
export interface NameWatch {
  /** Throws SPL_NAME_REBOUND once the name was seen to mean somebody else; for good, until the policy is armed again. */
  require(): void;
  /** Looks now. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Asks the registry again every NAME_CHECK_MS. An answer that proves nothing changes nothing: what is pinned goes on,
 * and the fault is told once.
 *
 * @param tell must not throw
 */
export function watchName(
  armed: ArmedName,
  context: NameContext,
  tell: (finding: NameFinding) => void,
): NameWatch {
  const { registry, store, timer, agent } = context;
  const { name } = armed.pin;
  let { pin, fault } = armed;
  let next: Dispose | undefined;
  let isClosed = false;

  async function check(): Promise<void> {
    if (pin.rebound) return;
    const said = await askName(registry, name, pin.checkpoint, timer);
    if ('fault' in said) return told(said.fault);
    fault = undefined;
    const { did, checkpoint } = said;
    if (did === agent) {
      if (checkpoint.size > pin.checkpoint.size) await keep({ ...pin, checkpoint });
      return;
    }
    // In memory first: a store that fails must not keep decisions open.
    pin = { ...pin, checkpoint, rebound: true };
    told('SPL_NAME_REBOUND');
    await keep(pin);
  }

  function told(code: ErrorCode): void {
    if (fault === code) return;
    fault = code;
    tell({ code, name });
  }

  /** A later arming by another process has its own pin, which stays. */
  async function keep(changed: NamePin): Promise<void> {
    pin = changed;
    try {
      const { pin: stored, version } = await readPin(store, agent);
      if (stored?.policy === pin.policy && stored.name === name && !stored.rebound)
        await writePin(store, agent, pin, version);
    } catch {
      // The pin in memory holds; the next start asks the registry again before anything is decided.
    }
  }

  function later(): void {
    if (isClosed) return;
    next = timer.after(NAME_CHECK_MS, () => void check().then(later, later));
  }

  if (armed.fault !== undefined) tell({ code: armed.fault, name });
  later();
  return {
    require() {
      if (pin.rebound) throw rebound(name);
    },
    check,
    close() {
      isClosed = true;
      next?.();
    },
  };
}
