import { visible } from '@ttp/oversight';
import { loadCallMap, type ReplayedCall, replayPolicy, tryWarnAs } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readBytes } from '../../files/files.js';
import { table } from '../../table.js';
import type { Call } from '../../verb.js';
import { readObserved } from '../../verify/observed.js';
import { readPolicies } from './layers.js';

interface ReplayOptions {
  readonly callMap?: string;
  readonly logKey: readonly string[];
  readonly layer?: readonly string[];
  readonly warnAs?: 'deny' | 'allow_with_approval';
}

/** `ttp policy replay`: what a policy would have decided about the calls of a bundle. */
export async function run({
  options: { callMap: mapFile, layer, logKey, warnAs },
  args: [policyFile = '', path = ''],
  io,
}: Call<ReplayOptions>): Promise<Answer> {
  const policy = await readPolicies(policyFile, layer, 'policy');
  const mapBytes = mapFile === undefined ? undefined : await readBytes(mapFile, { field: 'call-map' });
  const callMap = inFile(mapFile ?? 'the empty call map', 'call-map', () =>
    loadCallMap(mapBytes ?? { version: 1, tools: {} }),
  );
  const observed = await readObserved(path, logKey, io);
  const { calls, summary } = replayPolicy(policy, callMap, observed);
  const warned = warnAs === undefined ? undefined : tryWarnAs(policy, warnAs, callMap, observed);
  const { permitted, asks, denied, lost, opened, unread } = summary;
  const changed = calls.filter(({ change }) => change !== 'same');
  const head = ['change', 'tool', 'action', 'resource', 'says', 'why'];
  return {
    exit: lost === 0 ? EXIT.ok : EXIT.no,
    json: {
      policy: policy.hash,
      summary: { ...summary },
      calls: calls.map(({ rules, recorded, ...call }) => ({
        ...call,
        rules: [...rules],
        recorded: { ...recorded },
      })),
      ...(warned === undefined
        ? {}
        : { warned: warned.map(({ call: { id }, becomes }) => ({ id, becomes })) }),
    },
    text: (paint) =>
      [
        ...(changed.length === 0 ? [] : [table(head, changed.map(rowOf), paint.width), '']),
        `${calls.length} calls: ${permitted} permitted, ${asks} for a human, ${denied} denied; ${unread} cannot be read`,
        `${lost === 0 ? paint.good('ok') : paint.bad('LOST')}  ${lost} that went through would be denied, ${opened} that were denied would be permitted`,
        ...(warned === undefined ? [] : [`${warned.length} that are warned about would become ${warnAs}`]),
      ].join('\n'),
  };
}

const rowOf = ({
  change,
  server,
  tool,
  action,
  resource,
  effect,
  rules,
  code,
}: ReplayedCall): readonly string[] => [
  change,
  visible(`${server}/${tool}`),
  visible(action ?? ''),
  visible(resource ?? ''),
  effect,
  code ?? (rules.length === 0 ? 'no rule permits it' : rules.map(visible).join(', ')),
];
