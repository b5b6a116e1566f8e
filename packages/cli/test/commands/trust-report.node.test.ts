import { existsSync } from 'node:fs';
import { NO_BEHAVIOR } from '@ttp/score';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';

let dir: Folder;
beforeEach(() => void (dir = folder()));
afterEach(() => dir.remove());

/** A new agent that made a hundred calls, all of which the policy permitted. */
const FACTS = {
  identityVerified: true,
  killed: false,
  revoked: false,
  behavior: { ...NO_BEHAVIOR, policyCompliance: { good: 100, total: 100 } },
};

it('prints the score of facts, and writes the picture and the badge', async () => {
  dir.write('facts.json', { ...FACTS, history: [4000, 4100, 4375] });
  const [svg, badge] = [dir.at('report.svg'), dir.at('badge.svg')];
  const pictures = ['--svg', svg, '--badge', badge, '--style', 'detailed', '--theme', 'dark'];
  const about = ['--address', 'ttp.example/v/1', '--transactions', '100', '--since', '2026-01-31'];
  const { code, out } = await ttp(['trust', 'report', dir.at('facts.json'), ...pictures, ...about, '--text']);
  expect(code).toBe(0);
  expect(out).toMatch(/^trust {2}43\.75 of 100 {3}new/);
  expect(out).toContain(`report ${svg}\nbadge  ${badge}`);
  expect(dir.read('report.svg')).toMatch(/^<svg[^]+trust 43\.75 of 100, new[^]+<\/svg>/);
  for (const said of ['43/100', 'Since Jan 2026', '100 txns', 'ttp.example/v/1'])
    expect(dir.read('badge.svg')).toContain(said);
  const again = await ttpJson(['trust', 'report', dir.at('facts.json'), '--badge', badge]);
  expect(again).toMatchObject({ json: { error: { code: 'CLI_FILE_EXISTS', field: 'badge' } } });
});

it('answers as JSON, and gives nobody who was stopped a badge with a score', async () => {
  dir.write('facts.json', { ...FACTS, killed: true });
  const badge = dir.at('badge.svg');
  const { code, json } = await ttpJson(['trust', 'report', dir.at('facts.json'), '--badge', badge]);
  expect({ code, json }).toMatchObject({ code: 0, json: { totalScore: 0, stage: 'blocked', badge } });
  expect(dir.read('badge.svg')).toContain('revoked');
  expect(dir.read('badge.svg')).not.toContain('/100');
});

it.each([
  ['a list', [], 'CLI_FACTS', 'facts'],
  ['history that is none', { ...FACTS, history: ['4000'] }, 'CLI_FACTS', 'history'],
  ['nobody says whether it is verified', {}, 'SCORE_BAD_GATE', undefined],
  ['a severity that is none', { ...FACTS, securityEvents: ['odd'] }, 'SCORE_BAD_SECURITY_EVENT', undefined],
])('refuses %s, and writes nothing', async (_, given, code, field) => {
  dir.write('facts.json', given);
  const { json } = await ttpJson(['trust', 'report', dir.at('facts.json'), '--svg', dir.at('r.svg')]);
  expect(json).toMatchObject({ error: { code, ...(field === undefined ? {} : { field }) } });
  expect(existsSync(dir.at('r.svg'))).toBe(false);
});
