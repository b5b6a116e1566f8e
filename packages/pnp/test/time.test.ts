import { base64url, decodeEnvelope } from '@ttp/crypto';
import { proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import type { NegotiationDecision } from '../src/index.js';
import { forged } from './forge.js';
import { ALICE, BOB, deliver, endOf, feed, pair, policyText, START, sentAs } from './rig.js';

describe('time', () => {
  it('stands in the signed offer: 90 s from when it was made', async () => {
    proves('pnp.limit.session-timeout');
    const { a, b } = await pair();
    const offer = a.outbox[0] ?? '';
    expect(decodeEnvelope(offer).body['deadline']).toBe(START + 90_000);
    const later = await forged(offer, ALICE, { body: { deadline: START + 20_000 } });
    await deliver(b, later, { now: 5000 });
    expect(b.state.deadline).toBe(START + 20_000);
    // By what was signed it would have 15 s left.
    await feed(b, { type: 'message', now: 19_999, wall: START, bytes: 'x' }, { now: 19_999 });
    expect(endOf(b)).toBe('ACCEPTING');
    await feed(b, { type: 'message', now: 20_000, wall: START, bytes: 'x' }, { now: 20_000 });
    expect(endOf(b)).toBe('PNP_EXPIRED');
    // Three rounds in time do not outlast the session.
    let n = 0;
    const decide = (): NegotiationDecision => {
      const text = policyText({}, `s${n++}`);
      return { do: 'counter', policy: sentAs(text) };
    };
    const slow = await pair({ decide }, { decide });
    await deliver(slow.b, slow.a.outbox[0] ?? '', { now: 29_000 });
    await deliver(slow.a, slow.b.outbox[0] ?? '', { now: 29_500 });
    await feed(slow.a, { type: 'timeout', now: 59_500 }, { now: 59_500 });
    expect(endOf(slow.a)).toBe('PNP_EXPIRED');
  });

  it('decides before a late acceptance does, by the clock of the reader', async () => {
    proves('flaw.N6');
    const { a, b } = await pair();
    await deliver(b, a.outbox[0] ?? '');
    const acceptance = b.outbox[0] ?? '';
    const state = a.state;
    await deliver(a, acceptance, { now: 29_999 });
    expect(endOf(a)).toBe('FINALIZING');
    a.state = state;
    // Its wall clock stands still, or went back: that makes it no younger.
    await deliver(a, acceptance, { now: 30_000, wall: START });
    expect(endOf(a)).toBe('PNP_EXPIRED');
  });

  it('leaves a side whose clock is a minute off enough of it', async () => {
    for (const skew of [-60_000, -30_000, 30_000, 60_000]) {
      const { a, b } = await pair();
      await deliver(b, a.outbox[0] ?? '', { now: 1, wall: START + skew + 1 });
      await deliver(a, b.outbox[0] ?? '', { now: 2 });
      await deliver(b, a.outbox[1] ?? '', { now: 3, wall: START + skew + 3 });
      await deliver(a, b.outbox[1] ?? '', { now: 4 });
      expect([endOf(a), endOf(b)]).toEqual(['AGREED', 'AGREED']);
    }
  });

  it('ends a session by its deadline and the skew, whatever the peer does', async () => {
    proves('law.N-2');
    let n = 0;
    const decide = (): NegotiationDecision => ({ do: 'counter', policy: sentAs(policyText({}, `s${n++}`)) });
    const ends = new Set<string>();
    await withSeed('a session ends', 30, async (random) => {
      const skew = random.int(120_001) - 60_000;
      const { a, b } = await pair({ decide }, { decide });
      const one = random.pick([a, b]);
      const [peer, isOffer] = one === a ? [BOB, false] : [ALICE, true];
      const deadline = START + 1 + random.int(200_000);
      for (let now = 0; now < 210_000; now += random.int(25_000)) {
        const { machine, chain } = one.state;
        // In true time, which the monotonic clock of the side is here.
        if ('ends' in machine && chain.length > 0) {
          const signed = isOffer ? deadline : START + 90_000;
          expect(machine.ends).toBeLessThanOrEqual(signed - START + 60_000);
          expect(machine.deadline).toBeLessThanOrEqual(now + 30_000);
        }
        const prev = chain.at(-1);
        const bytes = await forged(a.outbox[0] ?? '', peer, {
          type: isOffer && prev === undefined ? 'ttp/pnp-offer@1' : 'ttp/pnp-counter@1',
          head: {
            iss: peer.did,
            aud: one.signer.did,
            iat: START + now + skew,
            nonce: base64url(random.bytes(32)),
            ...(prev === undefined ? {} : { prev }),
          },
          without: prev === undefined ? [] : ['deadline'],
          body: {
            round: 'round' in machine ? machine.round + (prev === undefined ? 0 : 1) : 1,
            policy: sentAs(policyText({}, 'peer')),
            ...(prev === undefined ? { deadline } : {}),
          },
        });
        await deliver(one, bytes, { now, wall: START + now + skew });
      }
      ends.add(endOf(one));
      expect(one.state.machine.at).toBe('ABORTED');
    });
    expect([...ends].sort()).toEqual(['PNP_BAD_DEADLINE', 'PNP_EXPIRED', 'PNP_ROUNDS_EXCEEDED']);
  });
});
