import type { PlainRequest, PlainRule, Verdict } from './rules.ts';

/** A policy engine with a set of rules loaded. */
export interface Engine {
  readonly name: string;
  /** What it is given, what it looks at, what it answers. */
  readonly does: string;
  /** The request as this engine wants it; made outside the clock. */
  readonly prepare: (request: PlainRequest) => () => Verdict | Promise<Verdict>;
  readonly async?: true;
  /** At most so many operations a turn, where one takes very long. */
  readonly most?: number;
}

/** Loads rules into an engine; this is what the race of loading times. */
export type LoadEngine = (rules: readonly PlainRule[]) => Promise<Engine>;
