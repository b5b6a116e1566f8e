import { type Did, type Envelope, isDid } from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import { RATING_DIMENSIONS, type Rating, signAttestation } from '@ttp/score';
import type { Answer } from '../../answer.js';
import { readStatement } from '../../files/statement.js';
import { HintedError } from '../../hints.js';
import type { Call } from '../../verb.js';
import { type StateOptions, state } from './state.js';

interface AttestOptions extends StateOptions {
  readonly receipt: string;
  readonly overall: number;
  readonly dimensions: string;
  readonly notAgain?: boolean;
  readonly days: number;
}

const DAY_MS = 86_400_000;

/** `ttp trust attest`: a rating of the other side of a session, by the receipt that both signed. */
export function run({ options, io }: Call<AttestOptions>): Promise<Answer> {
  const { receipt, overall, dimensions, notAgain = false, days } = options;
  return state(options, io, async ({ did, signer, now }) => {
    const signed = await readStatement(receipt, ['ttp/receipt@1']);
    const { session } = signed.body;
    return signAttestation({
      subject: otherSide(signed, did),
      session: typeof session === 'string' ? session : '',
      receipt: envelopeId(signed),
      rating: { overall, dimensions: starsOf(dimensions), wouldWorkAgain: !notAgain },
      signer,
      now,
      expiresAt: now + days * DAY_MS,
    });
  });
}

function otherSide({ body }: Envelope, did: Did): Did {
  const parties = Array.isArray(body['parties']) ? body['parties'] : [];
  const [other] = parties.filter(
    (one: unknown): one is Did => typeof one === 'string' && isDid(one) && one !== did,
  );
  if (other !== undefined && parties.includes(did)) return other;
  throw new HintedError(
    'CLI_STATEMENT',
    'not a receipt of a session of who signs',
    'the receipt that ttp trust receipt wrote, with the identity of one of its two sides',
    'receipt',
  );
}

/** `5,4,4,5,5`, in the order of the documents; what is no number of stars is refused where the rating is signed. */
function starsOf(text: string): Rating['dimensions'] {
  const [reliability = 0, quality = 0, speed = 0, communication = 0, safety = 0, ...rest] = text
    .split(',')
    .map((one) => (/^[1-5]$/.test(one.trim()) ? Number(one) : 0));
  if (rest.length > 0)
    throw new HintedError(
      'CLI_USAGE',
      'five numbers of stars',
      `one for each of ${RATING_DIMENSIONS.join(', ')}: --dimensions 5,4,4,5,5`,
      'dimensions',
    );
  return { reliability, quality, speed, communication, safety };
}
