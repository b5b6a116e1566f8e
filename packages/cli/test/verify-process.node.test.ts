import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { asDid, asTraceId } from '@ttp/core';
import { createSigner, LOG_PURPOSES, multikey } from '@ttp/crypto';
import { openRecorder } from '@ttp/etr-merkle/trace';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Folder, folder } from './harness.js';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const AGENT = asDid('did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy');

let dir: Folder;
beforeAll(() => {
  dir = folder();
});
afterAll(() => dir.remove());

it('a process that verifies a bundle of several slices does not end before it has an answer', async () => {
  const signer = createSigner({ seed: random.bytes(32), kid: `${AGENT}#log-1`, purposes: LOG_PURPOSES });
  const recorder = await openRecorder({ storage: memory(), clock, timer, random, signer, origin: AGENT });
  const events = Array.from({ length: 600 }, (_, i) => ({
    type: 'evidence-gathered' as const,
    component: 'test',
    at: clock.now(),
    trace: asTraceId('0123456789abcdef0123456789abcdef'),
    agent: AGENT,
    subject: `call ${i}`,
    data: {},
  }));
  await recorder.record(events);
  const bundle = await recorder.exportBundle();
  await recorder.close();
  expect(bundle.length).toBeGreaterThan(3 * 65_536);
  dir.write('bundle.jsonl', bundle);
  const flags = ['--import', 'tsx', '--conditions=@ttp/source', MAIN];
  const said = execFileSync(
    process.execPath,
    [...flags, 'verify', dir.at('bundle.jsonl'), '--log-key', multikey(signer.publicKey)],
    { timeout: 60_000 },
  ).toString();
  expect(JSON.parse(said)).toMatchObject({ valid: true, trusted: true, entries: 600 });
});
