import { memory } from '@ttp/adapters/memory';
import { asEpoch, KILL_REASONS, type Storage } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { KILL_COOLDOWN_MS } from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { bench, open, reinstateOrder, shared, withStore } from './harness.js';

const KILL = { reason: 'manual_operator_action', by: 'test' } as const;

/** A store whose process dies at call `at`: before the call took effect, or after, with its answer lost. */
function dying(
  storage: Storage,
  at: number,
  takesEffect: boolean,
): { storage: Storage; calls: () => number } {
  let calls = 0;
  async function call<T>(effect: () => Promise<T>): Promise<T> {
    calls++;
    if (calls < at) return effect();
    if (calls === at && takesEffect) await effect();
    throw new Error('the process died');
  }
  const mortal = withStore(storage, (store) => ({
    get: (key) => call(() => store.get(key)),
    put: (key, value, expected) => call(() => store.put(key, value, expected)),
  }));
  return { storage: mortal, calls: () => calls };
}

/** Lives, is killed, reinstated, killed again. Says after each step what was acknowledged. */
async function life(storage: Storage, acknowledge: (isAlive: boolean, next: boolean) => void): Promise<void> {
  const kill = await open(storage, fakeClock());
  await kill.enrol(AGENT, true);
  acknowledge(true, false);
  await kill.kill(AGENT, KILL).durable;
  acknowledge(false, true);
  await kill.reinstate([await reinstateOrder(0)]);
  acknowledge(true, false);
  await kill.kill(AGENT, KILL).durable;
  acknowledge(false, false);
}

describe('a crash', () => {
  it.each([true, false])(
    'at any call of the store leaves nobody alive who was killed (took effect: %s)',
    async (takesEffect) => {
      proves('flaw.K2', 'law.K-2', 'guard.kill.survives-restart');
      const whole = dying(memory(), Infinity, true);
      await life(whole.storage, () => undefined);
      expect(whole.calls()).toBeGreaterThan(8);
      for (let at = 1; at <= whole.calls(); at++) {
        const storage = memory();
        let now = { isAlive: false, next: true };
        const ended = await codeRejectedBy(
          life(dying(storage, at, takesEffect).storage, (isAlive, next) => (now = { isAlive, next })),
        );
        expect(ended).toBeDefined();
        const { kill } = await bench(storage, fakeClock(), false);
        // What was acknowledged, or what was under way; where nothing was, killed.
        const allowed = new Set([now.isAlive, now.next]);
        expect(allowed).toContain(!kill.isKilled(AGENT));
      }
    },
  );
});

describe('killed', () => {
  it('stays killed over any history without a valid reinstatement', async () => {
    proves('law.K-2', 'flaw.K2');
    await withSeed('history', 30, async (random) => {
      const storage = shared();
      let isFull = false;
      const flaky = withStore(storage, (store) => ({
        put: (key, value, expected) =>
          isFull ? Promise.reject(new Error('ENOSPC')) : store.put(key, value, expected),
      }));
      let process = await bench(flaky, fakeClock(), true, 4_000);
      // What may be: alive until a kill; killed from then on, until something that may lift it.
      let isKilled = false;
      /** Whether the store knows of the kill, so that it outlives this process. */
      let isSaved = true;
      let isMild = true;
      const steps: Record<string, () => Promise<void>> = {
        async kill() {
          const reason = random.pick(KILL_REASONS);
          isMild =
            (!isKilled || isMild) && (reason === 'rate_limit_exceeded' || reason === 'circuit_breaker_trip');
          const { durable } = process.kill.kill(AGENT, { reason, by: 'test' });
          isSaved = (await codeRejectedBy(durable)) === undefined;
          isKilled = true;
        },
        async restart() {
          const before = process.kill.status(AGENT);
          process.kill.close();
          isFull = false;
          process = await bench(flaky, fakeClock(random.int(2_000_000_000) * 1_000), false, 4_000);
          if (isSaved) expect(process.kill.status(AGENT)).toMatchObject({ killed: before.killed });
          isKilled = process.kill.isKilled(AGENT);
          isMild &&= isSaved || !isKilled;
          isSaved = true;
        },
        async wall() {
          process.clock.setWall(random.int(2_000_000_000) * 1_000);
        },
        async time() {
          await process.clock.advance(random.int(4_000));
          isSaved ||= process.kill.status(AGENT).durable;
        },
        async cooldown() {
          await process.clock.advance(KILL_COOLDOWN_MS + 5_000);
          isSaved ||= process.kill.status(AGENT).durable;
          if (isMild) isKilled = process.kill.isKilled(AGENT);
        },
        async fault() {
          isFull = random.chance(0.5);
        },
        async stale() {
          const epoch = asEpoch(process.kill.status(AGENT).epoch + random.pick([1, 2, 5]));
          const { reasons } = process.kill.status(AGENT);
          const orders = await Promise.all(
            [0, 1].map((by) =>
              reinstateOrder(by, { epoch, reason: reasons[0] ?? 'anomaly_detected', notAfter: 2 ** 50 }),
            ),
          );
          expect(await codeRejectedBy(process.kill.reinstate(orders))).toBeDefined();
        },
        async forged() {
          const { epoch, reasons } = process.kill.status(AGENT);
          const orders = await Promise.all(
            [3, 4, 5].map((by) =>
              reinstateOrder(by, { epoch, reason: reasons[0] ?? 'anomaly_detected', notAfter: 2 ** 50 }),
            ),
          );
          expect(await codeRejectedBy(process.kill.reinstate(orders))).toBeDefined();
        },
        async valid() {
          const { epoch, reasons } = process.kill.status(AGENT);
          for (const reason of reasons) {
            const orders = await Promise.all(
              [0, 1].map((by) => reinstateOrder(by, { epoch, reason, notAfter: 2 ** 50 })),
            );
            if ((await codeRejectedBy(process.kill.reinstate(orders))) === undefined) isKilled = false;
          }
          isSaved ||= process.kill.status(AGENT).durable;
        },
      };
      for (let i = 0; i < 25; i++) {
        await steps[random.pick(Object.keys(steps))]?.();
        const permit = process.kill.permit(AGENT, process.kill.epochOf(AGENT));
        if (isKilled) expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
        else expect(process.kill.isKilled(AGENT)).toBe(false);
      }
      process.kill.close();
    });
  });
});
