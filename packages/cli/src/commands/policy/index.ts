import type { AddCommand } from '../../answer.js';
import { evaluation } from './eval.js';
import { lint } from './lint.js';

/** `ttp policy`: what a policy says, and what is wrong with it. */
export const policy: AddCommand = (program, io, act) => {
  const parent = program.command('policy').description('Check and evaluate policies.');
  for (const add of [lint, evaluation]) add(parent, io, act);
};
