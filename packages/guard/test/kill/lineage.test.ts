import { memory } from '@ttp/adapters/memory';
import { asDid, type Storage } from '@ttp/core';
import { codeThrownBy, fakeClock, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createKillSwitch } from '../../src/index.js';
import { shared } from './harness.js';

const KILL = { reason: 'security_violation', by: 'test' } as const;
const did = (name: string) => asDid(`did:ttp:agent:${name}`);
const [ROOT, PARENT, CHILD, COUSIN] = ['root', 'parent', 'child', 'cousin'].map(did) as [
  ReturnType<typeof did>,
  ReturnType<typeof did>,
  ReturnType<typeof did>,
  ReturnType<typeof did>,
];

async function open(storage: Storage, clock = fakeClock()) {
  const events: string[] = [];
  const emit = ({ type, subject }: { readonly type: string; readonly subject: string }) =>
    events.push(`${type} ${subject}`);
  const kill = await createKillSwitch({ storage, clock, timer: clock, emit });
  return { kill, clock, events };
}

describe('a kill of an inception', () => {
  it('stops those who descend from it: at once, what is under way, and after a restart', async () => {
    proves('flaw.D4', 'decision.D4');
    const storage = memory();
    const { kill } = await open(storage);
    await kill.enrol(CHILD, true, [PARENT, ROOT]);
    await kill.enrol(COUSIN, true, [did('other')]);
    expect([kill.isKilled(CHILD), kill.isKilled(COUSIN)]).toEqual([false, false]);
    const epoch = kill.epochOf(CHILD);
    const permit = kill.permit(CHILD, epoch);
    const beside = kill.permit(COUSIN, kill.epochOf(COUSIN));
    permit.enter();
    const { durable } = kill.kill(ROOT, KILL);
    expect(permit.signal.aborted).toBe(true);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    expect(kill.isKilled(CHILD)).toBe(true);
    expect(kill.epochOf(CHILD)).toBeGreaterThan(epoch);
    // Its own record says alive: it is the inception above that is stopped.
    expect(kill.status(CHILD).killed).toBe(false);
    expect([kill.isKilled(COUSIN), beside.signal.aborted]).toEqual([false, false]);
    await durable;
    kill.close();

    const { kill: after } = await open(storage);
    await after.enrol(CHILD, false, [PARENT, ROOT]);
    expect(after.isKilled(CHILD)).toBe(true);
    // A child that is made now under the same inception is no way out, nor is a grandchild.
    await after.enrol(did('new'), true, [PARENT, ROOT]);
    await after.enrol(did('newer'), true, [did('new'), PARENT, ROOT]);
    expect([after.isKilled(did('new')), after.isKilled(did('newer'))]).toEqual([true, true]);
    after.close();
  });

  it('reaches a descendant in another process with the next look at the store', async () => {
    const storage = shared(memory());
    const clock = fakeClock();
    const [here, there] = [await open(storage, clock), await open(storage, clock)];
    await here.kill.enrol(CHILD, true, [ROOT]);
    const permit = here.kill.permit(CHILD, here.kill.epochOf(CHILD));
    permit.enter();
    await there.kill.kill(ROOT, KILL).durable;
    await clock.advance(250);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    here.kill.close();
    there.kill.close();
  });

  it('that cannot be read counts as killed; one that never was here does not', async () => {
    const storage = memory();
    await (await open(storage)).kill.enrol(CHILD, true, [ROOT]);
    await storage.store.put(`kill/${ROOT}`, new TextEncoder().encode('{"torn'));
    const { kill } = await open(storage);
    await kill.enrol(CHILD, false, [ROOT]);
    expect(kill.isKilled(CHILD)).toBe(true);
    const { kill: other } = await open(storage);
    await other.enrol(CHILD, false, [PARENT]);
    expect(other.isKilled(CHILD)).toBe(false);
    // Seen once and gone is lost, and counts as killed (flaw.K2).
    const lost = memory();
    const { kill: seeing } = await open(lost);
    await seeing.enrol(ROOT, true);
    await seeing.enrol(CHILD, true, [ROOT]);
    expect(seeing.isKilled(CHILD)).toBe(false);
    await lost.store.delete(`kill/${ROOT}`);
    await seeing.refresh();
    expect(seeing.isKilled(CHILD)).toBe(true);
  });

  it('that is enrolled itself without a record is killed, and those below it with it', async () => {
    const storage = memory();
    const { kill } = await open(storage);
    await kill.enrol(CHILD, true, [ROOT]);
    expect(kill.isKilled(CHILD)).toBe(false);
    await kill.enrol(ROOT, false);
    expect([kill.isKilled(ROOT), kill.isKilled(CHILD)]).toEqual([true, true]);
  });

  it('needs a fresh look at each record above where the store is shared', async () => {
    const inner = memory();
    const storage = shared(inner);
    const clock = fakeClock();
    const { kill } = await open(storage, clock);
    await kill.enrol(CHILD, true, [ROOT]);
    const get = inner.store.get.bind(inner.store);
    inner.store.get = (key) =>
      key === `kill/${ROOT}` ? Promise.reject(new RangeError('no answer')) : get(key);
    const permit = kill.permit(CHILD, kill.epochOf(CHILD));
    permit.enter();
    await clock.advance(5000);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_LEASE_EXPIRED');
    kill.close();
  });

  it('stops exactly who is it or descends from it, whatever is killed', async () => {
    proves('decision.D4');
    await withSeed('lineages', 40, async (random) => {
      const { kill } = await open(memory());
      const parents = new Map<number, number | undefined>();
      const linesOf = (n: number): number[] => {
        const up = parents.get(n);
        return up === undefined ? [] : [up, ...linesOf(up)];
      };
      for (let n = 0; n < 12; n++) {
        parents.set(n, n === 0 || random.int(4) === 0 ? undefined : random.int(n));
        await kill.enrol(
          did(`n${n}`),
          true,
          linesOf(n).map((up) => did(`n${up}`)),
        );
      }
      const killed = new Set<number>();
      for (let i = 0; i < 4; i++) {
        const target = random.int(12);
        kill.kill(did(`n${target}`), KILL);
        killed.add(target);
        for (let n = 0; n < 12; n++)
          expect(kill.isKilled(did(`n${n}`))).toBe([n, ...linesOf(n)].some((each) => killed.has(each)));
      }
      kill.close();
    });
  });
});
