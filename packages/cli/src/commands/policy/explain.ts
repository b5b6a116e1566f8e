import { visible } from '@ttp/oversight';
import {
  evaluateLayers,
  explain,
  type FailedTest,
  isLayered,
  type Obstacle,
  type PolicyExplanation,
  policiesOf,
} from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readJson } from '../../files/files.js';
import { parsePolicyRequest } from '../../policy-request.js';
import { table } from '../../table.js';
import type { Paint } from '../../terminal.js';
import type { Call } from '../../verb.js';
import { readPolicies } from './layers.js';
import { plainJson } from './plain-json.js';

/** `ttp policy explain`: why a policy says what it says, and what would have to be different. */
export async function run({
  options: { request: requestFile, layer: layers },
  args: [file = ''],
  io,
}: Call<{ readonly request: string; readonly layer?: readonly string[] }>): Promise<Answer> {
  const policy = await readPolicies(file, layers);
  const json = await readJson(requestFile, { field: 'request', io });
  const request = inFile(requestFile, 'request', () => parsePolicyRequest(json, io.clock.now()));
  const explained = policiesOf(policy).map(({ layer, policy: one }) => ({
    ...(layer === undefined ? {} : { layer }),
    ...explain(one, request),
  }));
  const { effect } = isLayered(policy) ? evaluateLayers(policy, request) : (explained[0]?.verdict ?? DENIED);
  return {
    exit: effect === 'allow' || effect === 'warn' ? EXIT.ok : EXIT.no,
    json: isLayered(policy) ? plainJson({ effect, layers: explained }) : plainJson(explained[0] ?? DENIED),
    text: (paint) =>
      explained
        .map((one) => (one.layer === undefined ? '' : `${one.layer}\n`) + describe(one, paint))
        .join('\n\n'),
  };
}

/** What no policy permits. */
const DENIED = { effect: 'deny' } as const;

function describe({ verdict, rules, nearest }: PolicyExplanation, paint: Paint): string {
  const { effect, rules: deciding, reasons } = verdict;
  const permits = effect === 'allow' || effect === 'warn';
  const by = deciding.length === 0 ? (reasons[reasons.length - 1]?.text ?? '') : `by ${deciding.join(', ')}`;
  const lines = [`${permits ? paint.good(effect) : paint.bad(effect)}  ${visible(by)}`];
  if (rules.length > 0) {
    const rows = rules.map(({ rule, effect: would, truth, failed }) => [
      visible(rule),
      would,
      String(truth),
      failed.map(wanting).join('; '),
    ]);
    lines.push('', table(['rule', 'effect', 'holds', 'because'], rows, paint.width));
  }
  if (nearest !== undefined) {
    const { rule, obstacles, deniedBy } = nearest;
    const steps = [
      ...deniedBy.map((id) => `${visible(id)} must not deny it`),
      ...obstacles.map((obstacle) => `${obstacle.kind}: ${changing(obstacle)}`),
    ];
    lines.push(
      '',
      `nearest permit  ${visible(rule)} (${nearest.effect})`,
      ...steps.map((step) => `  ${step}`),
    );
  }
  return lines.join('\n');
}

const changing = (obstacle: Obstacle): string =>
  'attribute' in obstacle
    ? wanting(obstacle)
    : visible(`${obstacle.actual} is none of ${obstacle.wanted.join(', ')}`);

const wanting = ({ attribute, op, wanted, reference, actual, source }: FailedTest): string =>
  visible(
    `${attribute} is ${actual === undefined ? `not told by the ${source}` : JSON.stringify(actual)}, wanted ${op} ${JSON.stringify(wanted)}${reference === undefined ? '' : ` (${reference})`}`,
  );
