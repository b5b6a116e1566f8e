import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letLoose, type Story } from '../src/story.ts';

let folder: string;
let story: Story;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ttp-runaway-test-'));
  story = await letLoose(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a runaway loop', () => {
  it('is stopped by the breaker of its tool, then by its budget, then by a kill', () => {
    expect([...story.tally]).toEqual([
      ['fetch_page SDK_PERFORM_FAILED', 10],
      ['fetch_page GUARD_BREAKER_OPEN', 40],
      ['ask_model done', 20],
      ['ask_model GUARD_BUDGET_EXCEEDED', 20],
      ['fetch_page GUARD_KILLED', 1],
    ]);
  });

  it('shows each of them in the log, in order', () => {
    const said = story.stops
      .filter(({ type }) => type !== 'finding-raised')
      .map(({ type, data }) => [type, data['state'] ?? data['percent'] ?? data['reasons'] ?? data['code']]);
    expect(said).toEqual([
      ['breaker-tripped', 'open'],
      ['interaction-settled', 'GUARD_BREAKER_OPEN'],
      ['budget-alerted', 50],
      ['budget-alerted', 80],
      ['budget-alerted', 90],
      ['interaction-settled', 'GUARD_BUDGET_EXCEEDED'],
      ['agent-killed', ['anomaly_detected']],
      ['interaction-settled', 'GUARD_KILLED'],
    ]);
    const findings = story.stops.filter(({ type }) => type === 'finding-raised');
    expect(findings.map(({ data }) => data['code'])).toContain('GUARD_TRIGGER_TRIPPED');
  });

  it('stays killed after a restart, and the log verifies offline', () => {
    expect(story.afterRestart).toBe('GUARD_KILLED');
    expect(story.verified).toMatchObject({ valid: true, findings: [] });
  });
});
