import { asTerm } from '@ttp/core';
import { SHARES, signShare } from '@ttp/score';
import type { Answer } from '../../answer.js';
import type { Call } from '../../verb.js';
import { type StateOptions, state } from './state.js';

/** `ttp trust share`: with whom an identity shares what others attested of it. */
export const run = ({ options, args: [share = ''], io }: Call<StateOptions>): Promise<Answer> =>
  state(options, io, ({ signer, now }) => signShare(asTerm(SHARES, share, 'share'), signer, now));
