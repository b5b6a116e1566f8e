import type { Entry } from '@ttp/etr-merkle/trace';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

describe('the log', () => {
  it('goes on when a listener throws or rejects', async () => {
    const unhandled: unknown[] = [];
    const catchIt = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', catchIt);
    try {
      let told = 0;
      const listeners: ((entry: Entry) => void)[] = [
        () => {
          told++;
          throw new Error('planted');
        },
        async () => {
          told++;
          throw new Error('planted');
        },
      ];
      for (const onEvent of listeners) {
        const r = await rig({ onEvent, seed: `listener-${told}` });
        expect(await r.read('data/a')).toMatchObject({ status: 'done' });
      }
      await new Promise((resolve) => setImmediate(resolve));
      expect(told).toBeGreaterThan(10);
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', catchIt);
    }
  });
});
