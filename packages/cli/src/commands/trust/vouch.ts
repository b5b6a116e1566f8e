import { type IssuerTier, signVouch } from '@ttp/score';
import type { Answer } from '../../answer.js';
import type { Call } from '../../verb.js';
import { didOf } from '../did/identities.js';
import { type StateOptions, state } from './state.js';

interface VouchOptions extends StateOptions {
  readonly days: number;
  readonly tier?: IssuerTier;
}

const DAY_MS = 86_400_000;

/** `ttp trust vouch`: an operator, or the publisher of an identity, stands up for it. */
export const run = ({ options, args: [subject = ''], io }: Call<VouchOptions>): Promise<Answer> =>
  state(options, io, ({ signer, now }) => {
    const { days, tier } = options;
    const vouch = { subject: didOf(subject), notAfter: now + days * DAY_MS };
    return signVouch({ ...vouch, ...(tier === undefined ? {} : { tier }) }, signer, now);
  });
