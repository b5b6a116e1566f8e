import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import * as reference from '../src/backend.js';
import * as native from '../src/node/backend.js';
import { judgedAttempts } from './attempts.js';

/**
 * Each so many-th attempt is put to the portable backend too, which takes many times as long; `npm run soak` puts all
 * of them to it.
 */
const SHARE = process.env['TTP_SOAK'] === undefined ? 97 : 1;
const TIMEOUT = SHARE === 1 ? 3_600_000 : 120_000;

it(
  `is one on 100 000 mutations: node:crypto on all of them, @noble on one in ${SHARE}`,
  () => {
    proves('crypto.ed25519.backends', 'decision.D5', 'flaw.H11', 'law.C-2');
    const wrong: number[] = [];
    let [n, accepted, shared] = [0, 0, 0];
    for (const { publicKey, message, signature, expected } of judgedAttempts(100_000, 'verdicts')) {
      if (native.verify(publicKey, message, signature) !== expected) wrong.push(n);
      if (n % SHARE === 0) {
        if (reference.verify(publicKey, message, signature) !== expected) wrong.push(n);
        shared++;
      }
      if (expected) accepted++;
      n++;
    }
    expect(wrong).toEqual([]);
    expect({ n, shared }).toEqual({ n: 100_000, shared: Math.ceil(100_000 / SHARE) });
    expect(accepted).toBeGreaterThan(5000);
  },
  TIMEOUT,
);
