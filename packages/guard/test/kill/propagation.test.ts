import { asEpoch, asTime, type Envelope, type JsonObject } from '@ttp/core';
import {
  base64url,
  decodeEnvelope,
  type EnvelopeType,
  encodeEnvelope,
  envelopeId,
  signEnvelope,
} from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom, type TestSigner } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createKillPropagation,
  type KillChannel,
  type KillPropagationOptions,
  localKillChannel,
} from '../../src/index.js';
import { type Closing, closeLatch, newLatch } from '../../src/kill/latch.js';
import { AGENT, OTHER } from '../interaction.js';
import { bench, reinstateOrder } from './harness.js';
import { type Point, point, pointSigner, points } from './points.js';

const KILL = { reason: 'security_violation', by: 'test' } as const;

/** The one at `n`. */
const at = (all: readonly Point[], n: number): Point => {
  const found = all[n];
  if (found === undefined) throw new Error(`no point ${n}`);
  return found;
};

/** A signed envelope of a point, or of nobody, as it goes over the wire. */
const signed = async (
  signer: TestSigner,
  type: EnvelopeType,
  body: JsonObject,
  head: Partial<Envelope['head']> = {},
): Promise<string> =>
  encodeEnvelope(
    await signEnvelope({
      type,
      head: { iss: signer.did, iat: asTime(1_700_000_000_000), ...head },
      body,
      signers: [signer],
    }),
  );

const BODY = {
  target: AGENT,
  epoch: 1,
  reasons: ['security_violation'],
  causes: [],
  cooldownMs: 0,
  operatorOnly: false,
};
const nonce = (n: number): string => base64url(seededRandom(`nonce ${n}`).bytes(32));

const notice = (
  from: TestSigner,
  to: Point,
  body: JsonObject = BODY,
  head: Partial<Envelope['head']> = {},
): Promise<string> =>
  signed(from, 'ttp/kill-notice@1', body, { aud: to.signer.did, nonce: nonce(0), ...head });

const ack = (by: TestSigner, body: JsonObject): Promise<string> => signed(by, 'ttp/kill-ack@1', body);

/** Hears the first point, and tells nobody. */
const receiver = (): Promise<Point> => point(pointSigner(1), [pointSigner(0)], localKillChannel(new Map()));

describe('a kill', () => {
  it('reaches every other enforcement point, whose signed acknowledgements are counted', async () => {
    const all = await points(4);
    const permits = all.map(({ kill }) => kill.permit(AGENT, kill.epochOf(AGENT)));
    const result = at(all, 0).kill.kill(AGENT, { ...KILL, cooldownMs: 900_000, message: 'private' });
    expect(codeThrownBy(() => permits[0]?.enter())).toBe('GUARD_KILLED');
    expect((await result.report()).enforced).toEqual({ confirmed: 3, configured: 3, quorum: 3 });
    expect(permits.map((permit) => codeThrownBy(() => permit.enter()))).toEqual(
      all.map(() => 'GUARD_KILLED'),
    );
    for (const { kill } of all.slice(1)) {
      expect(kill.status(AGENT)).toMatchObject({
        durable: true,
        reasons: ['security_violation'],
        cooldownMs: 900_000,
        message: '',
        by: at(all, 0).signer.did,
      });
    }
    expect(at(all, 1).events.map(({ type }) => type)).toEqual(['agent-killed']);
  });

  it('is heard of whatever its epoch, and leaves room for orders', async () => {
    const heard = await receiver();
    const far = await notice(pointSigner(0), heard, { ...BODY, epoch: Number.MAX_SAFE_INTEGER });
    await heard.kill.receive(far);
    expect(heard.kill.status(AGENT)).toMatchObject({ killed: true, durable: true, epoch: 2 ** 32 + 1 });
    const lifts = { reason: 'security_violation', epoch: asEpoch(2 ** 32 + 1) } as const;
    await heard.kill.reinstate(await Promise.all([0, 1].map((by) => reinstateOrder(by, lifts))));
    expect(heard.kill.isKilled(AGENT)).toBe(false);
  });

  it('of everybody, and the suspension of a dependent, do too', async () => {
    const all = await points(2);
    await at(all, 0).kill.kill('*', KILL).report();
    expect(at(all, 1).kill.isKilled(OTHER)).toBe(true);
    const others = await points(2);
    at(others, 0).kill.kill(OTHER, KILL);
    const [suspended] = at(others, 0).kill.suspend(
      {
        root: OTHER,
        steps: [{ agent: AGENT, distance: 1, causes: [OTHER], via: [] }],
        beyond: 0,
      },
      'test',
    );
    await suspended?.report();
    expect(at(others, 1).kill.status(AGENT)).toMatchObject({ suspended: true, causes: [OTHER] });
  });

  it('waits for the quorum and no longer, and never before it closes here', async () => {
    let answers = 0;
    const all = await points(
      5,
      fakeClock(),
      ({ send }) => ({
        // The last two never answer.
        send: (to, text, signal) => (++answers > 2 ? new Promise(() => undefined) : send(to, text, signal)),
      }),
      { quorum: 2 },
    );
    const { report } = at(all, 0).kill.kill(AGENT, KILL);
    expect(at(all, 0).kill.isKilled(AGENT)).toBe(true);
    expect((await report()).enforced).toEqual({ confirmed: 2, configured: 4, quorum: 2 });
  });

  it.each([
    ['hang', () => new Promise<string>(() => undefined)],
    ['refuse', () => Promise.reject(new Error('unreachable'))],
    ['answer nonsense', () => Promise.resolve('ok')],
  ])('stands, and says how many confirmed it, where the others %s', async (_, send) => {
    proves('guard.kill.quorum');
    const clock = fakeClock();
    const all = await points(4, clock, (channel) => ({
      send: (to, text, signal) => (to === pointSigner(1).did ? channel.send(to, text, signal) : send()),
    }));
    const { report, durable } = at(all, 0).kill.kill(AGENT, KILL);
    await durable;
    const reporting = report();
    await clock.advance(500);
    expect((await reporting).enforced).toEqual({ confirmed: 1, configured: 3, quorum: 3 });
    expect(at(all, 0).kill.isKilled(AGENT)).toBe(true);
    expect(at(all, 0).events.at(-1)).toMatchObject({
      type: 'finding-raised',
      data: { code: 'GUARD_NOTICE_UNANSWERED', confirmed: 1, configured: 3 },
    });
    expect(clock.pending).toBe(0);
  });

  it('counts no acknowledgement that is forged, of another kill, or of another point', async () => {
    const [first, second, stranger] = [pointSigner(0), pointSigner(1), pointSigner(9)];
    const honest: { body?: JsonObject } = {};
    const receiving = await point(second, [first], localKillChannel(new Map()));
    const attempts: ((text: string) => Promise<string>)[] = [
      async (text) => {
        const answer = await receiving.kill.receive(text);
        honest.body = JSON.parse(answer).body;
        return answer;
      },
      async () => ack(stranger, honest.body ?? {}),
      // The acknowledgement of the kill before this one.
      async () => ack(second, honest.body ?? {}),
      async () => ack(second, { ...honest.body, target: OTHER }),
      async () => ack(second, { ...honest.body, more: 1 }),
      async () => ack(second, { notice: 'sha256:00', target: AGENT, epoch: 1 }),
      async (text) => text,
    ];
    const confirmed: number[] = [];
    let attempt = 0;
    const clock = fakeClock();
    const here = await point(
      first,
      [second],
      { send: async (_, text) => attempts[attempt]?.(text) ?? '' },
      { clock },
    );
    for (; attempt < attempts.length; attempt++) {
      const { report } = here.kill.kill(AGENT, KILL);
      confirmed.push((await report()).enforced.confirmed);
    }
    expect(confirmed).toEqual([1, 0, 0, 0, 0, 0, 0]);
  });
});

describe('a notice', () => {
  const from = pointSigner(0);

  it.each([
    [
      'of a point that nobody configured',
      (to: Point) => notice(pointSigner(9), to),
      'CRYPTO_ENVELOPE_KEY_UNKNOWN',
    ],
    [
      'in the name of another point',
      (to: Point) => notice(pointSigner(9), to, BODY, { iss: from.did }),
      'CRYPTO_ENVELOPE_FOREIGN_SIGNER',
    ],
    [
      'for another point',
      async () => notice(from, await point(pointSigner(2), [], localKillChannel(new Map()))),
      'CRYPTO_ENVELOPE_AUDIENCE',
    ],
    [
      'of long ago',
      (to: Point) => notice(from, to, BODY, { iat: asTime(1_699_999_000_000) }),
      'CRYPTO_MESSAGE_STALE',
    ],
    [
      'from the future',
      (to: Point) => notice(from, to, BODY, { iat: asTime(1_700_000_100_000) }),
      'CRYPTO_MESSAGE_FUTURE',
    ],
    ['of another type', () => signed(from, 'ttp/kill-ack@1', BODY), 'CRYPTO_ENVELOPE_TYPE'],
    ['that is none', () => Promise.resolve('{}'), 'CRYPTO_ENVELOPE_SHAPE'],
    ['for no reason', (to: Point) => notice(from, to, { ...BODY, reasons: [] }), 'GUARD_NOTICE_INVALID'],
    [
      'for an unknown reason',
      (to: Point) => notice(from, to, { ...BODY, reasons: ['because'] }),
      'CORE_UNKNOWN_TERM',
    ],
    ['about nobody', (to: Point) => notice(from, to, { ...BODY, target: 'agent' }), 'GUARD_BAD_TARGET'],
    ['about no text', (to: Point) => notice(from, to, { ...BODY, target: 1 }), 'GUARD_NOTICE_INVALID'],
    ['of no epoch', (to: Point) => notice(from, to, { ...BODY, epoch: -1 }), 'GUARD_NOTICE_INVALID'],
    [
      'with a cooldown that is none',
      (to: Point) => notice(from, to, { ...BODY, cooldownMs: 'long' }),
      'GUARD_NOTICE_INVALID',
    ],
    [
      'with a cause that is none',
      (to: Point) => notice(from, to, { ...BODY, causes: ['x'] }),
      'CORE_BAD_DID',
    ],
    [
      'with causes that are no list',
      (to: Point) => notice(from, to, { ...BODY, causes: AGENT }),
      'GUARD_NOTICE_INVALID',
    ],
    [
      'without a word on operators',
      (to: Point) => notice(from, to, { ...BODY, operatorOnly: 1 }),
      'GUARD_NOTICE_INVALID',
    ],
    [
      'with a member nobody knows',
      (to: Point) => notice(from, to, { ...BODY, by: 'ann' }),
      'GUARD_NOTICE_INVALID',
    ],
  ] as const)('%s is refused, and stops nobody', async (_, make, code) => {
    const to = await receiver();
    expect(await codeRejectedBy(to.kill.receive(await make(to)))).toBe(code);
    expect(to.kill.isKilled(AGENT)).toBe(false);
    expect(to.events).toEqual([]);
  });

  it('is obeyed once: after a reinstatement the same one stops nobody', async () => {
    const to = await receiver();
    const text = await notice(from, to);
    await to.kill.receive(text);
    await to.kill.reinstate(
      await Promise.all(
        [0, 1].map((by) =>
          reinstateOrder(by, { reason: 'security_violation', epoch: to.kill.status(AGENT).epoch }),
        ),
      ),
    );
    expect(await codeRejectedBy(to.kill.receive(text))).toBe('CRYPTO_REPLAYED');
    expect(to.kill.isKilled(AGENT)).toBe(false);
  });

  it('is obeyed whatever the epochs of the two points are, and the epoch goes past both', async () => {
    const to = await receiver();
    await to.kill.receive(await notice(from, to, { ...BODY, epoch: 41 }));
    expect(to.kill.status(AGENT)).toMatchObject({ killed: true, epoch: 41 });
    await to.kill.receive(await notice(from, to, { ...BODY, epoch: 2 }, { nonce: nonce(1) }));
    expect(to.kill.status(AGENT)).toMatchObject({ killed: true, epoch: 42 });
  });

  it('stops an agent that nobody enrolled here yet', async () => {
    const to = await receiver();
    await to.kill.receive(await notice(from, to, { ...BODY, target: OTHER }));
    await to.kill.enrol(OTHER, true);
    expect(to.kill.isKilled(OTHER)).toBe(true);
  });

  it('is not acknowledged before it is durable, and closes the gate all the same', async () => {
    const { storage } = await bench();
    const full = { ...storage, store: { ...storage.store, put: () => Promise.reject(new Error('ENOSPC')) } };
    const to = await point(pointSigner(1), [from], localKillChannel(new Map()), { storage: full }).catch(
      () => undefined,
    );
    expect(to).toBeUndefined(); // it does not even open on such a store: let it break afterwards
    let isFull = false;
    const breaking = {
      ...storage,
      store: {
        ...storage.store,
        put: (...given: Parameters<typeof storage.store.put>) =>
          isFull ? Promise.reject(new Error('ENOSPC')) : storage.store.put(...given),
      },
    };
    const later = await point(pointSigner(1), [from], localKillChannel(new Map()), { storage: breaking });
    isFull = true;
    expect(await codeRejectedBy(later.kill.receive(await notice(from, later)))).toBe(
      'GUARD_KILL_NOT_DURABLE',
    );
    expect(later.kill.isKilled(AGENT)).toBe(true);
  });

  it('needs points to come from', async () => {
    const { kill } = await bench();
    const to = await receiver();
    expect(await codeRejectedBy(kill.receive(await notice(from, to)))).toBe('GUARD_BAD_POINTS');
  });
});

describe('an acknowledgement', () => {
  it('of one point counts for that point alone: another one cannot answer for it', async () => {
    const [first, second, third] = [pointSigner(0), pointSigner(1), pointSigner(2)];
    const here = await point(first, [second, third], {
      // The third answers what it was sent, and what the second was sent as well.
      send: (_, text) => ack(third, { notice: envelopeId(decodeEnvelope(text)), target: AGENT, epoch: 1 }),
    });
    const { enforced } = await here.kill.kill(AGENT, KILL).report();
    expect(enforced).toEqual({ confirmed: 1, configured: 2, quorum: 2 });
  });
});

describe('a latch', () => {
  it('that is not written yet is written, whatever others tell of it meanwhile', () => {
    const latch = newLatch(AGENT);
    const why: Closing = {
      reasons: ['security_violation'],
      causes: [],
      by: 'test',
      message: '',
      at: 0,
      cooldownMs: 0,
      operatorOnly: false,
      told: false,
    };
    closeLatch(latch, why);
    closeLatch(latch, { ...why, told: true });
    expect(latch).toMatchObject({ unsaved: true, told: false, epoch: 2 });
    latch.unsaved = false;
    closeLatch(latch, { ...why, told: true });
    closeLatch(latch, { ...why, told: true });
    expect(latch).toMatchObject({ unsaved: true, told: true, epoch: 4 });
    closeLatch(latch, why);
    expect(latch.told).toBe(false);
  });
});

describe('points of one store', () => {
  it('write one record of one kill, whichever of them comes first', async () => {
    const clock = fakeClock();
    const { storage } = await bench();
    const shared = { ...storage, shared: true };
    const [first, second] = [pointSigner(0), pointSigner(1)];
    const to = await point(second, [first], localKillChannel(new Map()), { clock, storage: shared });
    const channel: KillChannel = { send: (_, text) => to.kill.receive(text) };
    const here = await point(first, [second], channel, { clock, storage: shared });
    const { durable, report, epoch } = here.kill.kill(AGENT, KILL);
    await durable;
    expect((await report()).enforced.confirmed).toBe(1);
    await clock.advance(1_000);
    const epochs = [here, to].map(({ kill }) => kill.status(AGENT).epoch);
    expect(epochs[0]).toBe(epochs[1]);
    expect(epochs[0]).toBeLessThanOrEqual(epoch + 1);
    // A kill of its own goes on top, and an order for what was told before does not lift it.
    const before = to.kill.status(AGENT).epoch;
    to.kill.kill(AGENT, KILL);
    const stale = await Promise.all(
      [0, 1].map((by) => reinstateOrder(by, { reason: 'security_violation', epoch: asEpoch(before) })),
    );
    expect(await codeRejectedBy(to.kill.reinstate(stale))).toBe('GUARD_ORDER_STALE');
    here.kill.close();
    to.kill.close();
  });
});

describe('createKillPropagation', () => {
  const clock = fakeClock();
  const make = (options: Partial<KillPropagationOptions>) => () =>
    createKillPropagation({
      signer: pointSigner(0),
      points: [pointSigner(1), pointSigner(2)],
      channel: localKillChannel(new Map()),
      clock,
      timer: clock,
      random: seededRandom('points'),
      ...options,
    });

  it.each([
    ['one point twice', { points: [pointSigner(1), pointSigner(1)] }],
    [
      'one key under two names',
      { points: [pointSigner(1), { ...pointSigner(1), kid: 'did:key:z6Mk#other' }] },
    ],
    ['itself', { points: [pointSigner(0)] }],
    ['a quorum beyond the points', { quorum: 3 }],
    ['half a quorum', { quorum: 0.5 }],
    ['a quorum below nobody', { quorum: -1 }],
    ['a wait of nothing', { timeoutMs: 0 }],
    ['a wait without end', { timeoutMs: 501 }],
    ['no number to wait', { timeoutMs: Number.NaN }],
  ])('refuses %s', (_, options) => {
    expect(codeThrownBy(make(options))).toBe('GUARD_BAD_POINTS');
  });

  it('asks three of many, and all of fewer', async () => {
    proves('guard.kill.quorum');
    const all = await points(6);
    expect((await at(all, 0).kill.kill(AGENT, KILL).report()).enforced).toMatchObject({
      configured: 5,
      quorum: 3,
    });
    expect(
      (
        await at(await points(2), 0)
          .kill.kill(AGENT, KILL)
          .report()
      ).enforced,
    ).toEqual({
      confirmed: 1,
      configured: 1,
      quorum: 1,
    });
  });
});
