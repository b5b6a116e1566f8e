// In Node: the scheduler tells tasks apart by async_hooks.
import { memory } from '@ttp/adapters/memory';
import type { AppendLog } from '@ttp/core';
import type { Identity } from '@ttp/did';
import type { TtpMode } from '@ttp/sdk';
import { explore, exploreAtRandom, proves, type Scenario, type Scheduler, seededRandom } from '@ttp/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

const reason = 'security_violation';

/**
 * Two calls and a kill, which take turns at each append to the log and each answer to one, where a decision waits to
 * become an effect. The kill comes after `delay` turns of its own at the earliest; `done` gets the number of effects.
 */
async function race(
  sched: Scheduler,
  identity: Identity,
  done: (effects: number) => unknown,
  delay = 1,
  mode: TtpMode = 'enforce',
): Promise<Scenario> {
  const storage = memory();
  const log = (name: string): AppendLog => {
    const { append } = sched.log(storage.log(name), name);
    return { ...storage.log(name), append };
  };
  const r = await rig({ identity, mode, storage: { ...storage, log } });
  let killed = false;
  const effects: boolean[] = [];
  const call = (path: string) => async () => {
    await r.ttp.a2t({ tool: 'read_file', input: { path } }, async () => {
      effects.push(killed);
      return path;
    });
  };
  return {
    tasks: [
      call('data/a'),
      call('data/b'),
      async () => {
        for (let turn = 0; turn < delay; turn++) await sched.step('kill');
        r.ttp.kill(r.ttp.did, { reason });
        killed = true;
      },
    ],
    check() {
      expect(effects).not.toContain(true);
      done(effects.length);
    },
  };
}

describe('calls against a kill', () => {
  // AES runs on another thread: a call that waits for it is at no step, so the kill would always go first.
  beforeEach(async () => {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    vi.spyOn(crypto.subtle, 'importKey').mockResolvedValue(key);
    vi.spyOn(crypto.subtle, 'encrypt').mockImplementation((_algorithm, _key, data) =>
      Promise.resolve(new ArrayBuffer(data.byteLength + 16)),
    );
  });
  afterEach(() => vi.restoreAllMocks());

  it('lets no effect begin after the kill, in any interleaving of 2 calls and a kill with at most 1 preemption', async () => {
    proves('law.K-1');
    const { identity } = await rig();
    const effects = new Set<number>();
    const { schedules } = await explore({
      preemptions: 1,
      setup: (sched) => race(sched, identity, (count) => effects.add(count)),
    });
    expect(schedules).toBeGreaterThan(50);
    expect([...effects].sort((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  it('lets no effect begin after the kill, in 40 random interleavings with any number of preemptions', async () => {
    proves('law.K-1');
    const { identity } = await rig();
    const random = seededRandom('kill');
    let checked = 0;
    let total = 0;
    await exploreAtRandom({
      random,
      runs: 40,
      setup: (sched) => {
        checked++;
        const mode = checked % 2 === 0 ? 'enforce' : 'observe';
        return race(sched, identity, (effects) => (total += effects), random.int(20), mode);
      },
    });
    expect(checked).toBe(40);
    expect(total).toBeGreaterThan(0);
  });
});
