import type { Clock } from '@ttp/core';
import { leafHash } from '../hash.js';
import { leafBytes, prepareLeaf } from './leaf.js';
import { extendLedger, type Ledger } from './ledger.js';

/** What says so in the entries that the log itself makes. */
export const COMPONENT = 'etr-merkle';

/**
 * Records `outcome-unknown` for every intent without an outcome: the process ended in between, and whether the effect
 * happened cannot be known (decision D29, flaw.E9). One append.
 *
 * @throws LOG_CONFLICT where another process appends to the log
 */
export async function recoverIntents(ledger: Ledger, clock: Clock): Promise<void> {
  const { chains, tree, log } = ledger;
  const unknown = chains.openIntents();
  if (unknown.length === 0) return;
  const at = clock.now();
  const placed = unknown.map(({ agent, trace, subject, leafHash: intent }) => {
    const leaf = prepareLeaf({
      type: 'outcome-unknown',
      component: COMPONENT,
      at,
      trace,
      agent,
      subject,
      data: { intent },
    });
    const bytes = leafBytes(leaf, chains.next(leaf));
    const hash = leafHash(bytes);
    chains.add(leaf, hash);
    return { leaf, bytes, hash };
  });
  const entries = placed.map(({ bytes }) => bytes);
  await log.append(entries, tree.size);
  for (const { leaf, hash } of placed) extendLedger(ledger, { ...leaf, hash }, () => ({}));
}
