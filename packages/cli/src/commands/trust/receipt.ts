import { cosignEnvelope, hex } from '@ttp/crypto';
import { type InteractionResult, signReceipt } from '@ttp/score';
import type { Answer } from '../../answer.js';
import { readStatement } from '../../files/statement.js';
import { HintedError } from '../../hints.js';
import type { Call } from '../../verb.js';
import { didOf } from '../did/identities.js';
import { type StateOptions, state } from './state.js';

interface ReceiptOptions extends StateOptions {
  readonly peer?: string;
  readonly session?: string;
  readonly result: InteractionResult;
  readonly statement?: string;
}

/** `ttp trust receipt`: one side signs that there was a session, or the other side signs it too. */
export function run({ options, io }: Call<ReceiptOptions>): Promise<Answer> {
  const { peer, session = hex(io.random.bytes(16)), result, statement } = options;
  return state(options, io, async ({ signer, now }) => {
    if (statement !== undefined)
      return cosignEnvelope(await readStatement(statement, ['ttp/receipt@1']), signer);
    if (peer === undefined)
      throw new HintedError(
        'CLI_USAGE',
        'a session has two sides',
        '--peer <did> to begin a receipt, or --statement <file> to sign the one of the other side',
        'peer',
      );
    return signReceipt({ session, peer: didOf(peer), result, signer, now });
  });
}
