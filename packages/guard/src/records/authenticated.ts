import type { Decision } from '@ttp/core';

/**
 * Whether a decision was made for an agent whose identity fresh evidence backs. Only its calls count where others are
 * judged by them (flaw.K5).
 */
export const isAuthenticated = ({ factors }: Pick<Decision, 'factors'>): boolean =>
  factors.some(({ name, backed, risk }) => name === 'identity' && backed && risk === 0);
