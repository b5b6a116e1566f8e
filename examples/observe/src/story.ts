import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFiles } from './files.ts';
import { FORBIDDEN, SESSION } from './session.ts';
import { type Answer, callAll, type Ran, ttp } from './ttp.ts';

/** Everything that came of observing a session and enforcing what was made of it. */
export interface Story {
  readonly observed: readonly Answer[];
  /** What `ttp mcp --observe` said on standard error. */
  readonly said: string;
  readonly recommend: Ran;
  readonly lint: Ran;
  readonly selfTest: Ran;
  readonly replay: Ran;
  readonly enforced: readonly Answer[];
  readonly forbidden: readonly Answer[];
  readonly policy: string;
  readonly callMap: string;
  /** The files of the enforced session. */
  readonly files: string;
}

/**
 * Observe, recommend, replay, enforce: on the official filesystem server, by the official client.
 *
 * @param folder an empty one, where all of it happens
 * @param tell is told of each step
 */
export async function observeThenEnforce(folder: string, tell: (line: string) => void): Promise<Story> {
  const at = (name: string): string => join(folder, name);
  const [seen, files] = [at('observed'), at('enforced')];
  for (const path of [seen, files]) {
    mkdirSync(path);
    writeFiles(path);
  }
  const whose = ['--identity', at('agent.json'), '--store', at('ttp.db')];
  await ttp('keygen', '--out', at('agent.json'), '--store', at('ttp.db'));

  tell(`ttp mcp --observe: ${SESSION.length} calls`);
  const { answers: observed, said } = await callAll(seen, ['--observe', ...whose], SESSION);

  const { json } = await ttp('trace', 'export', ...whose, '--out', at('bundle.jsonl'));
  const trusted = ['--log-key', String(json['logKey'])];
  const drafts = ['--call-map', at('calls.json')];
  tell('ttp policy recommend bundle.jsonl');
  const recommend = await ttp(
    'policy',
    'recommend',
    at('bundle.jsonl'),
    ...trusted,
    '--out',
    at('policy.json'),
    ...drafts,
  );
  tell('ttp policy lint, ttp self-test, ttp policy replay');
  const [lint, selfTest, replay] = await Promise.all([
    ttp('policy', 'lint', at('policy.json')),
    ttp('self-test', '--policy', at('policy.json'), ...drafts),
    ttp('policy', 'replay', at('policy.json'), at('bundle.jsonl'), ...trusted, ...drafts),
  ]);

  const calls = [...SESSION, ...FORBIDDEN];
  tell(`ttp mcp --policy policy.json: the same calls, and ${FORBIDDEN.length} that were never made`);
  const { answers } = await callAll(files, ['--policy', at('policy.json'), ...drafts, ...whose], calls);
  return {
    observed,
    said,
    recommend,
    lint,
    selfTest,
    replay,
    enforced: answers.slice(0, SESSION.length),
    forbidden: answers.slice(SESSION.length),
    policy: at('policy.json'),
    callMap: at('calls.json'),
    files,
  };
}
