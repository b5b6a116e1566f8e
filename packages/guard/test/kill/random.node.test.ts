import { memory } from '@ttp/adapters/memory';
import { asDid, type Did, type Epoch, type Permit } from '@ttp/core';
import { codeThrownBy, fakeClock, proves, type SeededRandom, seededRandom } from '@ttp/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKillSwitch, KILL_COOLDOWN_MS } from '../../src/index.js';
import { createGates } from '../../src/kill/gates.js';
import { closeLatch, newLatch } from '../../src/kill/latch.js';

/** How many times as many interleavings: `npm run soak`. */
const SOAK = Number(process.env['TTP_SOAK'] ?? '1');

/** Every refusal is an error: where each of them was made is not what this is about, and most of its time. */
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

/** What is raced: an agent that is alive when it is handed over. */
interface Subject {
  readonly agent: Did;
  epochOf(agent: Did): Epoch;
  permit(agent: Did, epoch: Epoch): Permit;
  kill(): void;
  /** Where an agent can come back in the same run. */
  revive?(): void;
}

/** What an action does at each of its turns; `enter` and the effect are one turn, for nothing is awaited between them. */
type Turn = 'decide' | 'permit' | 'wait' | 'effect';
const TURNS: readonly Turn[] = ['decide', 'permit', 'wait', 'effect', 'wait', 'effect'];

/**
 * One interleaving of actions, kills and reinstatements, drawn turn by turn, against a model of two variables: an
 * effect happens exactly where the agent is alive and in the epoch of its decision. Returns how many effects were
 * refused after a kill.
 */
function race(subject: Subject, random: SeededRandom): number {
  const { agent } = subject;
  let isAlive = true;
  let generation = 0;
  let refused = 0;
  const actions = Array.from({ length: 2 + random.int(2) }, () => ({
    turn: 0,
    generation: -1,
    epoch: subject.epochOf(agent),
    permit: undefined as Permit | undefined,
  }));
  let kills = 1 + random.int(2);
  let revivals = subject.revive === undefined ? 0 : random.int(2);
  let going = actions;
  while (going.length + kills + revivals > 0) {
    const choice = random.int(going.length + kills + revivals);
    const action = going[choice];
    if (action !== undefined) {
      if (turn(action)) refused++;
    } else if (choice - going.length < kills) {
      kills--;
      isAlive = false;
      generation++;
      subject.kill();
    } else {
      revivals--;
      if (!isAlive) {
        isAlive = true;
        generation++;
        subject.revive?.();
      }
    }
    going = going.filter((one) => one.turn < TURNS.length);
  }
  return refused;

  /** One turn of an action; whether it wanted an effect and was refused. */
  function turn(action: (typeof actions)[number]): boolean {
    const kind = TURNS[action.turn++];
    if (kind === 'decide') Object.assign(action, { epoch: subject.epochOf(agent), generation });
    if (kind === 'permit') action.permit = subject.permit(agent, action.epoch);
    if (kind !== 'effect') return false;
    const mayAct = isAlive && action.generation === generation;
    const code = codeThrownBy(() => action.permit?.enter());
    if ((code === undefined) !== mayAct || action.permit?.signal.aborted === mayAct)
      throw new Error(`${code ?? 'an effect'} where the agent ${mayAct ? 'may' : 'may not'} act`);
    return !mayAct;
  }
}

it(`no effect follows a kill under ${100_000 * SOAK} random interleavings`, () => {
  proves('flaw.K1', 'law.K-1', 'guard.kill.latch');
  const random = seededRandom('interleavings');
  const agent = asDid('did:ttp:agent:racer');
  const clock = fakeClock();
  let refused = 0;
  for (let run = 0; run < 100_000 * SOAK; run++) {
    const gates = createGates(clock, undefined);
    const latch = gates.latchOf(agent);
    const open = (epoch: number): void =>
      void Object.assign(latch, { known: true, killed: false, unsaved: false, epoch });
    Object.assign(gates.everybody, { known: true, killed: false });
    open(0);
    refused += race(
      {
        agent,
        epochOf: gates.epochOf,
        permit: gates.permit,
        kill() {
          // Now and then it is everybody who is stopped.
          const stopped = random.chance(0.1) ? gates.everybody : latch;
          const { cooldownMs, operatorOnly } = newLatch(agent);
          closeLatch(stopped, {
            reasons: ['security_violation'],
            causes: [],
            by: 'test',
            message: '',
            at: 0,
            told: false,
            cooldownMs,
            operatorOnly,
          });
          gates.abort(stopped);
        },
        revive() {
          open(latch.epoch + 1);
          Object.assign(gates.everybody, { killed: false });
          gates.abort(latch);
        },
      },
      random,
    );
  }
  expect(refused).toBeGreaterThan(100_000 * SOAK);
}, 3_600_000);

it(`nor with the store behind it, under ${300 * SOAK} more`, async () => {
  proves('flaw.K1', 'law.K-1');
  const random = seededRandom('interleavings with a store');
  const clock = fakeClock();
  const kill = await createKillSwitch({ storage: memory(), clock, timer: clock });
  const agent = asDid('did:ttp:agent:racer');
  await kill.enrol(agent, true);
  let refused = 0;
  for (let run = 0; run < 300 * SOAK; run++) {
    refused += race(
      {
        agent,
        epochOf: kill.epochOf,
        permit: kill.permit,
        kill: () => void kill.kill(agent, { reason: 'rate_limit_exceeded', by: 'test' }),
      },
      random,
    );
    await clock.advance(KILL_COOLDOWN_MS);
    expect(kill.isKilled(agent)).toBe(false);
  }
  expect(refused).toBeGreaterThan(300);
  kill.close();
}, 3_600_000);
