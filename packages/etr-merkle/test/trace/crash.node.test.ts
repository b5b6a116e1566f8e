import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock } from '@ttp/adapters/system';
import { asHash } from '@ttp/core';
import { proves, seededRandom } from '@ttp/testkit';
import { afterAll, expect, it } from 'vitest';
import { verifyTrace } from '../../src/trace/index.js';
import { bench, entriesOf, TRUST } from './fixture.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-trace-'));
afterAll(() => rmSync(dir, { recursive: true }));

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const program = fileURLToPath(new URL('./crash-child.ts', import.meta.url));

/** The lines that a recording process printed until it was killed, after about `lines` of them. */
async function killed(path: string, run: string, lines: number): Promise<string[]> {
  const args = ['--conditions=@ttp/source', '--import', tsx, program, path, run];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.split('\n').length > lines) child.kill('SIGKILL'); // this very process, by its id
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  expect(child.signalCode).toBe('SIGKILL');
  return text.split('\n').slice(0, -1);
}

it('a recorder that is killed loses nothing it acknowledged, and the next one knows every open intent', async () => {
  proves('etr-merkle.trace.recovery', 'etr-merkle.trace.write-ahead', 'flaw.E9', 'law.E-4');
  const path = join(dir, 'killed.db');
  const random = seededRandom('killed recorder');
  const acknowledged: string[] = [];
  for (const run of ['a', 'b']) {
    acknowledged.push(...(await killed(path, run, 10 + random.int(60))));
    const storage = sqlite(path);
    const { recorder, clock } = await bench({ storage, clock: systemClock });
    const entries = await entriesOf(recorder);
    const of = (type: string) => entries.filter((entry) => entry.type === type).map(({ subject }) => subject);
    const [intents, outcomes, unknown] = [
      of('intent-recorded'),
      of('effect-finished'),
      of('outcome-unknown'),
    ];
    for (const line of acknowledged) {
      const [word, subject = '', hash] = line.split(' ');
      expect(word === 'intent' ? intents : outcomes).toContain(subject);
      if (hash !== undefined) expect(await recorder.read(asHash(hash))).toEqual({ subject });
    }
    expect([...outcomes, ...unknown].toSorted()).toEqual(intents.toSorted());
    expect(verifyTrace(await recorder.exportBundle(), TRUST).findings).toEqual([]);
    await recorder.close();
    expect(clock.pending).toBe(0);
    await storage.close();
  }
});
