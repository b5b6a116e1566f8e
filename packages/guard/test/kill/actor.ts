import { writeSync } from 'node:fs';
import { postgres } from '@ttp/adapters/postgres';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { codeOf, type Storage } from '@ttp/core';
import { poolAt } from '../../../adapters/test/postgres/server.js';
import { createKillPropagation, createKillSwitch, storeKillChannel } from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { pointSigner } from './points.js';

/**
 * A process whose agent has effects until it is stopped: `actor.ts <sqlite file or socket folder> <number>`. It prints
 * `ready`, and `refused <code>` once, after as many effects as it had. It goes on answering notices until it is ended.
 */
const [where = '', number = ''] = process.argv.slice(2);
const say = (line: string): number => writeSync(1, `${line}\n`);

async function storage(): Promise<Storage> {
  if (where.endsWith('.db')) return sqlite(where);
  return postgres(poolAt(where));
}

const opened = await storage();
const signer = pointSigner(Number(number));
const channel = storeKillChannel({ store: opened.store, timer });
const propagation = createKillPropagation({
  signer,
  points: [pointSigner(0)],
  channel,
  clock,
  timer,
  random,
});
const kill = await createKillSwitch({ storage: opened, clock, timer, propagation });
await kill.enrol(AGENT, true);
channel.serve(signer.did, (notice) => kill.receive(notice));
const permit = kill.permit(AGENT, kill.epochOf(AGENT));
let effects = 0;
const acting = setInterval(() => {
  try {
    permit.enter();
    if (++effects === 1) say('ready');
  } catch (error) {
    clearInterval(acting);
    say(`refused ${codeOf(error, 'ACTOR_FAILED')} ${String(permit.signal.aborted)}`);
  }
}, 2);
setInterval(() => undefined, 60_000); // the timers of the switch keep no process alive
