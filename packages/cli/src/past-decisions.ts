import type { Decision, Interaction, JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { type RecordedDecision, replayRecorded } from '@ttp/sdk';
import { parseInteraction, replay, type SimilarDecision, similarDecisions } from '@ttp/tre';
import { table } from './table.js';
import { timeText } from './time-text.js';

/** A recorded decision that was made again to the same bytes, so that it can be read. */
export interface PastDecision {
  readonly index: bigint;
  readonly interaction: Interaction;
  readonly decision: Decision;
}

/** The decisions that can be made again, and come out the same. */
export const pastDecisions = (recorded: readonly RecordedDecision[]): readonly PastDecision[] =>
  recorded.flatMap((one) => {
    const { entry, inputs } = one;
    if (inputs.interaction === undefined || replayRecorded(one).result !== 'same') return [];
    return [
      { index: entry.index, interaction: parseInteraction(inputs.interaction), decision: replay(inputs) },
    ];
  });

/** Past decisions that resemble one: shown, and deciding nothing. */
export interface Similar {
  readonly json: readonly JsonObject[];
  lines(width: number): readonly string[];
}

export function similarTo(
  one: { readonly interaction: Interaction; readonly decision: Decision },
  past: readonly PastDecision[],
): Similar {
  const found = similarDecisions(one, past);
  return {
    json: found.map(({ past: { index, interaction, decision }, similarity, same }) => ({
      index: `${index}`,
      subject: interaction.id,
      outcome: decision.outcome,
      similarity,
      same: [...same],
    })),
    lines: (width) =>
      found.length === 0
        ? ['similar past decisions: none']
        : [
            'similar past decisions:',
            table(['entry', 'time', 'outcome', 'alike', 'what'], found.map(rowOf), width),
          ],
  };
}

const rowOf = ({
  past: { index, interaction, decision },
  similarity,
}: SimilarDecision<PastDecision>): readonly string[] => [
  `${index}`,
  timeText(decision.at),
  decision.outcome,
  `${Math.floor(similarity / 100)} %`,
  visible(`${interaction.action} ${interaction.resource}`),
];
