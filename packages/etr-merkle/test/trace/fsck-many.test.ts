import type { Storage } from '@ttp/core';
import { expect, it } from 'vitest';
import { fsck } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { bench, event, NOW } from './fixture.js';
import { turns } from './pieces.js';

it('finds the entries of all payloads that are gone in one reading more, each once', async () => {
  const { recorder, storage } = await bench();
  const shared = recorder.payload(POINT, 'recorded with every batch');
  const payloads = Array.from({ length: 40 }, (_, i) => recorder.payload(POINT, `value ${i}`));
  for (const payload of payloads) {
    const data = { interaction: payload.hash, policy: shared.hash };
    await recorder.record([event('decision-made', { data })], [payload, shared]);
    await recorder.checkpoint();
  }
  const keys: string[] = [];
  for await (const key of storage.store.list('etr/payload/')) keys.push(key);
  expect(keys).toHaveLength(41);
  for (const key of keys) await storage.store.delete(key);
  let readings = 0;
  const counted: Storage = {
    ...storage,
    log: (name) => {
      const real = storage.log(name);
      return {
        ...real,
        read: (from, to) => {
          readings++;
          return real.read(from, to);
        },
      };
    },
  };
  const { kid, publicKey } = logKey();
  const { faults } = await fsck({
    storage: counted,
    origin: POINT,
    key: { kid, publicKey },
    timer: turns(),
    now: NOW,
  });
  expect(readings).toBe(2);
  expect(faults.map(({ code, index }) => `${code} ${index}`)).toEqual(
    [0, ...payloads.keys()].map((index) => `ETR_FSCK_PAYLOAD_MISSING ${index}`),
  );
});
