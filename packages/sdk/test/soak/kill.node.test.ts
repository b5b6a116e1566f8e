import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { soak } from './soak.js';

const folder = mkdtempSync(join(tmpdir(), 'ttp-soak-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('kills, reinstatements, restarts and wrong clocks let no killed agent act, and every log verifies', async () => {
  const steps = 600;
  const { violations, logs, counts } = await soak(folder, {
    agents: 8,
    seed: 'soak',
    more: (n) => n < steps,
  });
  expect(violations).toEqual([]);
  expect(logs.invalid).toBe(0);
  expect(logs.verified).toBeGreaterThanOrEqual(8);
  // It would say nothing if nothing had happened.
  for (const what of [
    'call done',
    'call GUARD_KILLED',
    'kill',
    'restart',
    'crash',
    'reinstated by orders: lawful',
  ])
    expect(counts[what] ?? 0, what).toBeGreaterThan(5);
});
