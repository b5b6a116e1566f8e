import type { Json, JsonObject } from '@ttp/core';
import { objectIn, type Refuse, refuseOthers } from './fields.js';

/** What an agent is rated by (ttp-protocol.txt L1738-1744). */
export const RATING_DIMENSIONS = ['reliability', 'quality', 'speed', 'communication', 'safety'] as const;
export type RatingDimension = (typeof RATING_DIMENSIONS)[number];

/** How well a session went, in the eyes of one side. Whole numbers from 1 (worst) to 5 (best). */
export type Rating = {
  readonly overall: number;
  readonly dimensions: {
    /** Task completion rate. */
    readonly reliability: number;
    /** Output accuracy. */
    readonly quality: number;
    /** Response latency. */
    readonly speed: number;
    /** Protocol adherence. */
    readonly communication: number;
    /** No harmful outputs. */
    readonly safety: number;
  };
  readonly wouldWorkAgain: boolean;
};

/** Reads a rating: every dimension, and nothing else. Throws what `refuse` makes. */
export function ratingIn(value: Json | undefined, refuse: Refuse): Rating {
  const at = 'body.rating';
  const { overall, dimensions, wouldWorkAgain, ...rest } = objectIn(value, at, refuse);
  refuseOthers(rest, at, refuse);
  if (typeof wouldWorkAgain !== 'boolean') throw refuse(`${at}.wouldWorkAgain`);
  return {
    overall: starsIn(overall, `${at}.overall`, refuse),
    dimensions: dimensionsIn(objectIn(dimensions, `${at}.dimensions`, refuse), `${at}.dimensions`, refuse),
    wouldWorkAgain,
  };
}

function dimensionsIn(
  { reliability, quality, speed, communication, safety, ...rest }: JsonObject,
  at: string,
  refuse: Refuse,
): Rating['dimensions'] {
  refuseOthers(rest, at, refuse);
  return {
    reliability: starsIn(reliability, `${at}.reliability`, refuse),
    quality: starsIn(quality, `${at}.quality`, refuse),
    speed: starsIn(speed, `${at}.speed`, refuse),
    communication: starsIn(communication, `${at}.communication`, refuse),
    safety: starsIn(safety, `${at}.safety`, refuse),
  };
}

function starsIn(value: Json | undefined, member: string, refuse: Refuse): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 5) return value;
  throw refuse(member, 'a whole number from 1 to 5');
}
