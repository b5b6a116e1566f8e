import { type CallMap, lintPolicy, loadCallMap, loadPolicy, type Policy } from '@ttp/spl';
import { counted } from '../counted.js';
import { inFile, readText } from '../files/files.js';
import { readOperators } from '../files/operators.js';
import type { Io } from '../io.js';
import { runSelfTest } from '../self-test/run.js';
import { attempt, type Check, fail, ok, skipped, warn } from './check.js';

interface PolicyFiles {
  readonly policy?: string;
  readonly callMap?: string;
  readonly operators?: string;
}

/** The policy, the call map against it, what both let through, and the roster. */
export async function checkPolicies(files: PolicyFiles, io: Io): Promise<readonly Check[]> {
  const { policy: file, operators } = files;
  const checks: Check[] = [];
  if (file === undefined) checks.push(skipped('policy', 'no --policy was given'));
  else checks.push(...(await attempt('policy', () => checkPolicy({ ...files, policy: file }, io))));
  if (operators !== undefined)
    checks.push(
      ...(await attempt('operators', async () => {
        await readOperators(operators, 'operators');
        return [ok('operators', 'every member of the roster is there')];
      })),
    );
  return checks;
}

async function checkPolicy(
  { policy: file, callMap: mapFile }: PolicyFiles & { readonly policy: string },
  io: Io,
): Promise<readonly Check[]> {
  const text = await readText(file, { field: 'policy' });
  const policy = inFile(file, 'policy', () => loadPolicy(text));
  const findings = lintPolicy(policy);
  return [
    findings.length === 0
      ? ok('policy', policy.hash)
      : warn(
          'policy',
          `${counted(findings.length, 'finding')}, the first: ${findings[0]?.message ?? ''}`,
          `ttp policy lint ${file}`,
        ),
    ...(await attempt('call map', async () => {
      if (mapFile === undefined)
        return [skipped('call map', 'no --call-map was given: every tool is a call of mcp:')];
      const map = await readText(mapFile, { field: 'call-map' });
      return compare(
        policy,
        inFile(mapFile, 'call-map', () => loadCallMap(map)),
      );
    })),
    ...(await attempt('self-test', async () => {
      const { calls, failed } = await runSelfTest({ policy: file, callMap: mapFile, server: 'mcp' }, io);
      return [
        failed.length === 0
          ? ok('self-test', `${calls.length} calls that have to be denied are denied`)
          : fail(
              'self-test',
              `${failed.length} of ${counted(calls.length, 'call')} that have to be denied are not`,
              `ttp self-test --policy ${file}${mapFile === undefined ? '' : ` --call-map ${mapFile}`}`,
            ),
      ];
    })),
  ];
}

/** Whether policy and call map speak of the same actions: what one of them alone names does nothing. */
function compare({ document }: Policy, { tools }: CallMap): readonly Check[] {
  const mapped = new Set([...tools.values()].map(({ action }) => action));
  const ruled = new Set(document.rules.flatMap(({ actions = [] }) => actions));
  const everything = document.rules.some(({ actions }) => actions === undefined) || ruled.has('*');
  const unruled = everything ? [] : [...mapped].filter((action) => !ruled.has(action));
  const unmapped = [...ruled].filter((action) => action !== '*' && action !== 'call' && !mapped.has(action));
  if (unruled.length + unmapped.length === 0)
    return [ok('call map', `${counted(tools.size, 'tool')}, every action has a rule`)];
  return [
    ...(unruled.length === 0
      ? []
      : [
          warn(
            'call map',
            `no rule speaks of ${unruled.join(', ')}`,
            'a rule for them, or their tools are what the default says',
          ),
        ]),
    ...(unmapped.length === 0
      ? []
      : [
          warn(
            'call map',
            `no tool is ${unmapped.join(', ')}`,
            'an entry for the tools that do this, or their rules never apply',
          ),
        ]),
  ];
}
