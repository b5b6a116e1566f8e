import type { Clock, EvidenceSource, Json } from '@ttp/core';
import type { Windows } from '@ttp/guard';
import type { Window } from '@ttp/spl';
import { localSource } from './sources.js';

/**
 * The sums and counts that a policy looks at, each with the interaction in it that is asked about. One that it has no
 * amount for is left out, so that a condition on it is unknown. It is required: a store that cannot be read blocks.
 */
export const windowSource = (asked: readonly Window[], windows: Windows, clock: Clock): EvidenceSource =>
  localSource('windows', clock, async (interaction) => {
    const values: [string, Json][] = [];
    for (const span of asked) {
      const value = await windows.valueWith(interaction, span);
      if (value !== undefined) values.push([span.attribute, value]);
    }
    return Object.fromEntries(values);
  });
