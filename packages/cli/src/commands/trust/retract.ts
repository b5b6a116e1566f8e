import { envelopeId } from '@ttp/crypto';
import { type RetractionReason, signRetraction } from '@ttp/score';
import type { Answer } from '../../answer.js';
import { readStatement } from '../../files/statement.js';
import type { Call } from '../../verb.js';
import { type StateOptions, state } from './state.js';

/** `ttp trust retract`: takes an attestation back, by its issuer. */
export const run = ({
  options,
  args: [file = ''],
  io,
}: Call<StateOptions & { readonly reason: RetractionReason }>): Promise<Answer> =>
  state(options, io, async ({ signer, now }) => {
    const attestation = envelopeId(await readStatement(file, ['ttp/attestation@1']));
    return signRetraction({ attestation, reason: options.reason, signer, now });
  });
