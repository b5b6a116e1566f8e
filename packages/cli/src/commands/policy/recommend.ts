import { TtpError } from '@ttp/core';
import { parseJson } from '@ttp/crypto';
import { visible } from '@ttp/oversight';
import { OMISSION_CODES, type Omission, type Recommendation, recommendPolicy } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { requireAbsent, writeNew } from '../../files/files.js';
import { table } from '../../table.js';
import type { Paint } from '../../terminal.js';
import type { Call } from '../../verb.js';
import { readObserved } from '../../verify/observed.js';

interface RecommendOptions {
  readonly out?: string;
  readonly callMap?: string;
  readonly logKey: readonly string[];
}

/** `ttp policy recommend`: a draft that permits what a bundle shows, and what it leaves out. */
export async function run({ options, args: [path = ''], io }: Call<RecommendOptions>): Promise<Answer> {
  const { out, callMap, logKey } = options;
  if ((out === undefined) !== (callMap === undefined))
    throw new TtpError('CLI_USAGE', 'a recommended policy needs its call map: --out and --call-map', {
      field: out === undefined ? 'out' : 'call-map',
    });
  if (out !== undefined) await requireAbsent(out, 'out');
  if (callMap !== undefined) await requireAbsent(callMap, 'call-map');
  const recommendation = recommendPolicy(await readObserved(path, logKey, io));
  if (out !== undefined) await writeNew(out, recommendation.policy, 'out');
  if (callMap !== undefined) await writeNew(callMap, recommendation.callMap, 'call-map');
  const { permitted, omissions } = recommendation;
  const written = out === undefined || callMap === undefined ? undefined : { out, callMap };
  return {
    exit: EXIT.ok,
    json: {
      permitted,
      omitted: omissions.map((omission) => ({ ...omission, why: OMISSION_CODES[omission.code] })),
      ...(written ?? {
        policy: parseJson(recommendation.policy),
        callMap: parseJson(recommendation.callMap),
      }),
    },
    text: (paint) => textOf(recommendation, written, paint),
  };
}

function textOf(
  { policy, callMap, permitted, omissions }: Recommendation,
  written: { readonly out: string; readonly callMap: string } | undefined,
  paint: Paint,
): string {
  const files =
    written === undefined
      ? ['policy', policy, 'call map', callMap]
      : [`policy    ${written.out}`, `call map  ${written.callMap}`];
  const left =
    omissions.length === 0
      ? []
      : ['', 'left out:', table(['calls', 'tool', 'why'], omissions.map(rowOf), paint.width)];
  const advice = 'A draft: read the comment of each rule, then ttp policy lint and ttp policy replay.';
  return [...files.map(lines), `permits   ${permitted} calls`, ...left, '', advice].join('\n');
}

/** What an agent wrote into its calls stands in the draft: nothing of it may steer a terminal. */
const lines = (text: string): string => text.trimEnd().split('\n').map(visible).join('\n');

const rowOf = ({ code, target = '', calls }: Omission): readonly string[] => [
  `${calls}`,
  visible(target),
  `${OMISSION_CODES[code]} [${code}]`,
];
