// Observe, recommend, replay, enforce: see README.md. Leaves the draft of the policy behind.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORBIDDEN } from './session.ts';
import { observeThenEnforce } from './story.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'ttp-observe-'));
const { observed, replay, enforced, forbidden, policy, callMap } = await observeThenEnforce(folder, say);

const went = (answers: typeof observed): number =>
  answers.filter(({ meta }) => meta['ttp/outcome'] === 'done').length;
say(`observed   ${went(observed)} of ${observed.length} calls went through, as without a policy`);
say(`replayed   ${JSON.stringify(replay.json['summary'])}`);
say(`enforced   ${went(enforced)} of ${enforced.length} calls went through`);
for (const [i, { meta }] of forbidden.entries())
  say(`denied     ${FORBIDDEN[i]?.what}: ${String(meta['ttp/code'])}`);
say(`policy     ${policy}\ncall map   ${callMap}`);
process.exitCode = went(enforced) === enforced.length && went(forbidden) === 0 ? 0 : 1;
