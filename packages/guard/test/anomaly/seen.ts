import type { OffHours, Seen } from '../../src/index.js';

/** An ordinary access, but for what is given. */
export const seen = (parts: Partial<Seen> = {}): Seen => ({
  resource: 'db:customers/1',
  classification: 'internal',
  status: 'done',
  denied: false,
  bytes: 100,
  tookMs: 5,
  minute: undefined,
  ...parts,
});

/** What a vector says of observations: `times` of them at the same time. */
export interface SeenRow extends Partial<Seen> {
  readonly at?: number;
  readonly times?: number;
  readonly hours?: OffHours;
}
