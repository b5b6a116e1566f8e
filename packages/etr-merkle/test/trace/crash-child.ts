// Records calls until it is killed, and prints what was acknowledged: `intent <subject>`, `outcome <subject>`.
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock, systemRandom, systemTimer } from '@ttp/adapters/system';
import { openRecorder } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { event } from './fixture.js';

const [path = '', run = ''] = process.argv.slice(2);
const storage = sqlite(path);
const ports = { clock: systemClock, timer: systemTimer, random: systemRandom };
const recorder = await openRecorder({
  storage,
  ...ports,
  signer: logKey(),
  origin: POINT,
  checkpointEntries: 40,
});

/** One call after the other, three of them side by side. */
async function calls(lane: number): Promise<void> {
  for (let n = 0; ; n++) {
    const subject = `${run}-${lane}-${n}`;
    const payload = recorder.payload(POINT, { subject });
    const data = { interaction: payload.hash };
    await recorder.record(
      [event('decision-made', { subject, data }), event('intent-recorded', { subject })],
      [payload],
    );
    process.stdout.write(`intent ${subject} ${payload.hash}\n`);
    await recorder.record([event('effect-finished', { subject })]);
    process.stdout.write(`outcome ${subject}\n`);
  }
}

await Promise.all([1, 2, 3].map(calls));
