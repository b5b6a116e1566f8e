import {
  type Clock,
  type Decision,
  type Envelope,
  type EvidenceSource,
  HANDLER_ORDER,
  isHash,
  type Json,
  type ObligationHandler,
  type Operators,
  type Store,
  TtpError,
} from '@ttp/core';
import { bytesOfHash, canonicalBytes, hex } from '@ttp/crypto';
import { openOverride } from '@ttp/tre';
import { LOCAL_FACT_VALID_MS } from './limits.js';

/** Overrides of soft denials (decision D22). */
export interface Overrides {
  /**
   * The evidence of one override, for the `evidence` of the call that is made again: the call is let through where the
   * override fits it and everything else still is as the operator saw it. One that does not is refused with its code.
   *
   * @param envelope from `signOverride` of @ttp/tre, or its text
   * @param denied `outcome.decision` of the call that was denied
   */
  source(envelope: Envelope | string, denied: Decision): EvidenceSource;
  /** Fulfils `override`: each denial is overruled once, whoever asks at the same time. For `handlers` of `createTtp`. */
  readonly handler: ObligationHandler;
}

/**
 * @param store where it is kept which overrides were used; other processes may write it too
 * @param owners the humans who own the agent, as the roster names them: they overrule nothing of it
 */
export function createOverrides({
  store,
  clock,
  operators,
  owners = [],
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly operators: Operators;
  readonly owners?: readonly string[];
}): Overrides {
  return {
    source: (envelope, denied) => ({
      name: 'override',
      async gather(interaction) {
        const now = clock.now();
        const value = await openOverride(envelope, { denied, interaction, operators, owners, now });
        return { value, at: now, validFor: LOCAL_FACT_VALID_MS };
      },
    }),
    handler: {
      kind: 'override',
      order: HANDLER_ORDER.approval,
      check: ({ params }) => (keyOf(params['decision']) === undefined ? 'SDK_OBLIGATION_FAILED' : undefined),
      async hold({ params }) {
        const key = keyOf(params['decision']);
        if (key === undefined) throw new TtpError('SDK_OBLIGATION_FAILED', 'an override of no decision');
        // Before the effect: a crash in between loses the use, and never doubles it.
        if (!(await store.put(key, canonicalBytes(params), 0)))
          throw new TtpError('SDK_OVERRIDE_USED', 'this denial was overruled before');
        return {
          settle: () => Promise.resolve(),
          // Nothing happened, so it was not used.
          async release() {
            await store.delete(key);
          },
        };
      },
    },
  };
}

const keyOf = (decision: Json | undefined): string | undefined =>
  typeof decision === 'string' && isHash(decision) ? `sdk/override/${hex(bytesOfHash(decision))}` : undefined;
