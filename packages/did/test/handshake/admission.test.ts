import { hex, sha256 } from '@ttp/crypto';
import { codeThrownBy, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type Admission, createAdmission, type Ticket } from '../../src/handshake/admission.js';
import type { Init } from '../../src/handshake/wire.js';
import { party, START } from './rig.js';

const [alice, bob] = [party('alice'), party('bob')];
const random = seededRandom('admission');

const init = (change: Partial<Init> = {}): Init => ({
  initiator: alice.claim,
  responder: bob.did,
  ephemeral: random.bytes(32),
  nonce: random.bytes(32),
  iat: START,
  ...change,
});

function ticket(admission: Admission, source: string, now = 0, of = init()): Ticket {
  const admitted = admission.admit(of, source, now);
  if ('cookie' in admitted) throw new Error('a cookie was asked for');
  return admitted;
}

/** The INIT again, with the cookie that it is asked for. */
function withCookie(admission: Admission, of: Init, source: string, now: number): Init {
  const admitted = admission.admit(of, source, now);
  if (!('cookie' in admitted)) throw new Error('no cookie was asked for');
  return { ...of, cookie: admitted.cookie };
}

function fill(admission: Admission, count: number): Ticket[] {
  return Array.from({ length: count }, (_, i) => ticket(admission, `source ${i}`));
}

describe('half-open handshakes', () => {
  it('are 8 of one source', () => {
    proves('flaw.H7');
    const admission = createAdmission(random);
    const tickets = Array.from({ length: 8 }, () => ticket(admission, 'one'));
    expect(codeThrownBy(() => admission.admit(init(), 'one', 0))).toBe('DID_HANDSHAKE_BUSY');
    ticket(admission, 'another');
    tickets[0]?.release();
    tickets[0]?.release();
    ticket(admission, 'one');
    expect(codeThrownBy(() => admission.admit(init(), 'one', 0))).toBe('DID_HANDSHAKE_BUSY');
  });

  it('are 1024 in all, from 512 on with a cookie alone', () => {
    proves('flaw.H7');
    const admission = createAdmission(random);
    fill(admission, 512);
    expect('cookie' in admission.admit(init(), 'late', 0)).toBe(true);
    const tickets = Array.from({ length: 512 }, (_, i) =>
      ticket(admission, `late ${i}`, 0, withCookie(admission, init(), `late ${i}`, 0)),
    );
    expect(codeThrownBy(() => admission.admit(init(), 'too late', 0))).toBe('DID_HANDSHAKE_BUSY');
    for (const { release } of tickets) release();
    expect('cookie' in admission.admit(init(), 'late', 0)).toBe(true);
  });
});

describe('a cookie', () => {
  it('is good for its INIT, from its source, for 10 s, at the side that made it', () => {
    proves('flaw.H7');
    const admission = createAdmission(random);
    fill(admission, 512);
    const of = init();
    const shown = withCookie(admission, of, 'here', 1000);
    const refusal = (other: Init, source: string, now: number, at = admission) =>
      codeThrownBy(() => at.admit(other, source, now));
    expect(refusal(shown, 'there', 1000)).toBe('DID_HANDSHAKE_COOKIE');
    expect(refusal({ ...shown, nonce: random.bytes(32) }, 'here', 1000)).toBe('DID_HANDSHAKE_COOKIE');
    expect(refusal(shown, 'here', 11_000)).toBe('DID_HANDSHAKE_COOKIE');
    expect(refusal(shown, 'here', 999)).toBe('DID_HANDSHAKE_COOKIE');
    expect(refusal({ ...shown, cookie: new Uint8Array(38) }, 'here', 1000)).toBe('DID_HANDSHAKE_COOKIE');
    expect(refusal(shown, 'here', 1000, createAdmission(random))).toBe('DID_HANDSHAKE_COOKIE');
    ticket(admission, 'here', 10_999, shown);
  });
});

describe('an INIT', () => {
  it('is answered once: while it is half open, and for as long as it could be fresh', () => {
    proves('flaw.H7', 'did.handshake.reflection');
    const admission = createAdmission(random);
    const of = init();
    const first = ticket(admission, 'one', 0, of);
    expect(codeThrownBy(() => admission.admit(of, 'two', 0))).toBe('DID_HANDSHAKE_REPLAYED');
    first.spend();
    first.release();
    expect(codeThrownBy(() => admission.admit(of, 'two', 359_999))).toBe('DID_HANDSHAKE_REPLAYED');
    ticket(admission, 'two', 360_000, of);
  });

  it('that nobody stood by takes no room afterwards', () => {
    const admission = createAdmission(random);
    const of = init();
    ticket(admission, 'one', 0, of).release();
    ticket(admission, 'one', 0, of).release();
    expect(of.cookie).toBeUndefined();
  });
});

const rank = (bytes: Uint8Array): string => hex(sha256(bytes));

describe('of two sides that connect at once', () => {
  it('the handshake whose ephemeral key has the lower hash goes on, on both sides', () => {
    proves('flaw.H7');
    for (let i = 0; i < 20; i++) {
      const [ours, theirs] = [createAdmission(random), createAdmission(random)];
      const [mine, yours] = [init(), init({ initiator: bob.claim, responder: alice.did })];
      const gaveWay: string[] = [];
      ours.opened(bob.did, mine.ephemeral, () => gaveWay.push('mine'));
      theirs.opened(alice.did, yours.ephemeral, () => gaveWay.push('yours'));
      const mineFirst = rank(mine.ephemeral) < rank(yours.ephemeral);
      const [loser, winner] = mineFirst
        ? [() => ours.admit(yours, 'bob', 0), () => theirs.admit(mine, 'alice', 0)]
        : [() => theirs.admit(mine, 'alice', 0), () => ours.admit(yours, 'bob', 0)];
      expect(codeThrownBy(loser)).toBe('DID_HANDSHAKE_CROSSED');
      expect(winner()).toHaveProperty('release');
      // Whoever lost gives way when the other is complete, and not before: anybody can send an INIT.
      expect(gaveWay).toEqual([]);
      if (mineFirst) theirs.settled(mine);
      else ours.settled(yours);
      expect(gaveWay).toEqual([mineFirst ? 'yours' : 'mine']);
    }
  });

  it('nothing is crossed with another peer, or once the own INIT is over', () => {
    const admission = createAdmission(random);
    const lowest = init().ephemeral;
    const closed = admission.opened(alice.did, lowest, () => undefined);
    ticket(admission, 'carol', 0, init({ initiator: party('carol').claim }));
    closed();
    for (let i = 0; i < 7; i++) ticket(admission, 'alice', 0);
    expect(admission.admit(init({ ephemeral: lowest }), 'carol', 0)).toHaveProperty('spend');
  });
});
