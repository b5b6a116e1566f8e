import { isTtpError } from '@ttp/core';
import { base64url, fromUtf8, hashBytes, hex, openAead, sealAead, utf8 } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves, seededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { nextTick, type OpenSession } from '../../src/handshake/session-machine.js';
import {
  type Established,
  openSession,
  type SessionEvent,
  type SessionOut,
  type SessionState,
  sessionMachine,
} from '../../src/index.js';
import { party } from './rig.js';

const [alice, bob] = [party('alice'), party('bob')];
const MINUTE = 60_000;

/** One end of a session, driven by hand. */
interface End {
  state: SessionState;
  readonly sent: Uint8Array[];
  readonly heard: string[];
  readonly erased: string[];
  ends: (string | undefined)[];
}

const endOf = (established: Established): End => ({
  state: openSession(established, 0),
  sent: [],
  heard: [],
  erased: [],
  ends: [],
});

function ends(seed = 'session'): readonly [End, End] {
  const random = seededRandom(seed);
  const [up, down, name] = [random.bytes(32), random.bytes(32), random.bytes(32)];
  const session = base64url(name);
  const shared = { session, transcript: hashBytes(name) };
  const a: Established = {
    ...shared,
    role: 'initiator',
    self: alice.claim,
    peer: bob.claim,
    sendKey: Uint8Array.from(up),
    receiveKey: Uint8Array.from(down),
  };
  const b: Established = {
    ...shared,
    role: 'responder',
    self: bob.claim,
    peer: alice.claim,
    sendKey: Uint8Array.from(down),
    receiveKey: Uint8Array.from(up),
  };
  return [endOf(a), endOf(b)];
}

async function feed(end: End, event: SessionEvent): Promise<void> {
  const { state, out } = sessionMachine.step(end.state, event);
  end.state = state;
  for (const effect of out) await perform(end, effect, event.now);
}

async function perform(end: End, effect: SessionOut, now: number): Promise<void> {
  switch (effect.do) {
    case 'seal': {
      const { id, header } = effect;
      return feed(end, { type: 'sealed', now, id, header, ciphertext: await sealAead(effect) });
    }
    case 'open':
      try {
        const plaintext = await openAead(effect);
        return await feed(end, { type: 'opened', now, id: effect.id, plaintext });
      } catch (error) {
        if (!isTtpError(error)) throw error;
        return feed(end, { type: 'fault', now, code: error.code });
      }
    case 'send':
      end.sent.push(effect.bytes);
      return;
    case 'deliver':
      end.heard.push(fromUtf8(effect.plaintext));
      return;
    case 'erase':
      for (const key of effect.keys) {
        end.erased.push(hex(key));
        key.fill(0);
      }
      return;
    case 'end':
      end.ends.push(effect.code);
  }
}

const say = (end: End, text: string, now = 0): Promise<void> =>
  feed(end, { type: 'send', now, plaintext: utf8(text) });

/** Hands what one end sent to the other. */
async function carry(from: End, to: End, now = 0): Promise<void> {
  for (const bytes of from.sent.splice(0)) await feed(to, { type: 'record', now, bytes });
}

const open = ({ state }: End): OpenSession => {
  if (state.at !== 'open') throw new Error('the session is closed');
  return state;
};

/** The end as it would be after so many records under its key. */
function used(end: End, records: number): void {
  const state = open(end);
  end.state = {
    ...state,
    sending: { ...state.sending, used: records },
    receiving: { ...state.receiving, used: records },
  };
}

describe('a session', () => {
  it('carries messages both ways under a key for each direction and a sequence that only grows', async () => {
    proves('did.handshake.session-token');
    const [a, b] = ends();
    for (const text of ['one', 'two', 'three']) await say(a, text);
    await say(b, 'back');
    const sequences = a.sent.map((bytes) => new DataView(bytes.buffer).getBigUint64(5));
    expect(sequences).toEqual([0n, 1n, 2n]);
    await carry(a, b);
    await carry(b, a);
    expect([a.heard, b.heard]).toEqual([['back'], ['one', 'two', 'three']]);
    expect(hex(open(a).sending.key)).toBe(hex(open(b).receiving.key));
    expect(hex(open(a).sending.key)).not.toBe(hex(open(a).receiving.key));
  });

  it('gives nothing to whoever knows its name alone', async () => {
    proves('did.handshake.session-token');
    const [a, b] = ends();
    const [thief] = ends('another session');
    thief.state = { ...open(thief), session: open(a).session };
    await say(thief, 'I know the token');
    await carry(thief, b);
    expect([b.heard, b.ends]).toEqual([[], ['CRYPTO_AEAD_REFUSED']]);
  });

  it.each([
    ['a replay', (records: Uint8Array[]) => [0, 0].map((i) => records[i])],
    ['another order', (records: Uint8Array[]) => [1, 0].map((i) => records[i])],
    ['a gap', (records: Uint8Array[]) => [0, 2].map((i) => records[i])],
  ])('ends at %s', async (_name, pick) => {
    proves('did.handshake.session-token');
    const [a, b] = ends();
    for (const text of ['one', 'two', 'three']) await say(a, text);
    for (const bytes of pick(a.sent))
      if (bytes !== undefined) await feed(b, { type: 'record', now: 0, bytes });
    expect(b.ends).toEqual(['DID_SESSION_RECORD']);
    expect(b.state.at).toBe('closed');
  });

  it('refuses its own record, reflected, and a record of another session', async () => {
    proves('flaw.H3');
    const [a] = ends();
    await say(a, 'mine');
    await carry(a, a);
    expect([a.heard, a.ends]).toEqual([[], ['CRYPTO_AEAD_REFUSED']]);
    const [[c], [, d]] = [ends('c'), ends('d')];
    await say(c, 'elsewhere');
    await carry(c, d);
    expect([d.heard, d.ends]).toEqual([[], ['CRYPTO_AEAD_REFUSED']]);
  });

  it('refuses every flipped bit of a record', async () => {
    const [a] = ends();
    await say(a, 'hello');
    const [record] = a.sent;
    if (record === undefined) throw new Error('no record');
    for (let bit = 0; bit < record.length * 8; bit++) {
      const [, b] = ends();
      const bytes = Uint8Array.from(record);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await feed(b, { type: 'record', now: 0, bytes });
      expect([b.heard, b.state.at]).toEqual([[], 'closed']);
    }
  });

  it('takes messages of up to 1 MiB', async () => {
    const [a, b] = ends();
    const send = (length: number) => feed(a, { type: 'send', now: 0, plaintext: new Uint8Array(length) });
    expect(await codeRejectedBy(send(1_048_577))).toBe('DID_SESSION_TOO_LARGE');
    await send(1_048_576);
    await carry(a, b);
    expect(b.heard[0]?.length).toBe(1_048_576);
    for (const length of [0, 28, 13 + 16 + 1_048_577]) {
      const [, c] = ends();
      await feed(c, { type: 'record', now: 0, bytes: new Uint8Array(length) });
      expect(c.ends).toEqual(['DID_SESSION_RECORD']);
    }
  });

  it('never crashes on whatever comes instead of a record', async () => {
    await withSeed('hostile records', 200, async (random) => {
      const [, b] = ends();
      await feed(b, { type: 'record', now: 0, bytes: random.bytes(random.int(64)) });
      expect(b.state.at).toBe('closed');
      expect(b.heard).toEqual([]);
    });
  });
});

describe('keys', () => {
  it('change after 2^20 records', async () => {
    proves('did.handshake.rekey', 'flaw.H13', 'decision.D9');
    const [a, b] = ends();
    const first = hex(open(a).sending.key);
    used(a, 1_048_575);
    used(b, 1_048_575);
    await say(a, 'the last under this key');
    expect([open(a).sending.epoch, a.erased]).toEqual([0, []]);
    await say(a, 'the first under the next');
    expect([open(a).sending.epoch, a.erased]).toEqual([1, [first]]);
    await carry(a, b);
    expect(b.heard).toEqual(['the last under this key', 'the first under the next']);
    expect(b.erased).toEqual([first]);
    expect(hex(open(a).sending.key)).toBe(hex(open(b).receiving.key));
    expect(open(a).sending.next).toBe(2n);
  });

  it('change after 15 minutes, also when nobody says anything', async () => {
    proves('did.handshake.rekey', 'flaw.H13', 'decision.D9');
    const [a, b] = ends();
    const first = hex(open(a).sending.key);
    expect(nextTick(open(a))).toBe(15 * MINUTE);
    await feed(a, { type: 'tick', now: 15 * MINUTE - 1 });
    expect(a.sent).toEqual([]);
    await feed(a, { type: 'tick', now: 15 * MINUTE });
    await carry(a, b, 15 * MINUTE);
    expect([a.erased, b.erased, b.heard]).toEqual([[first], [first], []]);
    await feed(b, { type: 'tick', now: 15 * MINUTE });
    await carry(b, a, 15 * MINUTE);
    expect([open(a).sending.epoch, open(b).receiving.epoch]).toEqual([1, 1]);
    await say(a, 'spoken', 30 * MINUTE - 1);
    expect(open(a).sending.epoch).toBe(1);
    await say(a, 'spoken later', 30 * MINUTE);
    expect(open(a).sending.epoch).toBe(2);
    await carry(a, b, 30 * MINUTE);
    expect(b.heard).toEqual(['spoken', 'spoken later']);
  });

  it('are refused once they are spent: a peer that does not change its key loses the session', async () => {
    proves('did.handshake.rekey');
    const [a, b] = ends();
    used(b, 1_048_576);
    await say(a, 'one too many');
    await carry(a, b);
    expect([b.heard, b.ends]).toEqual([[], ['DID_SESSION_RECORD']]);
    const [, silent] = ends();
    await feed(silent, { type: 'tick', now: 16 * MINUTE - 1 });
    expect(silent.state.at).toBe('open');
    await feed(silent, { type: 'tick', now: 16 * MINUTE });
    expect(silent.ends).toEqual(['DID_SESSION_EXPIRED']);
    expect(silent.erased.length).toBeGreaterThanOrEqual(2);
  });

  it('cannot be skipped', async () => {
    const [a, b] = ends();
    const state = open(a);
    a.state = { ...state, sending: { ...state.sending, epoch: 2 } };
    await say(a, 'two keys later');
    await carry(a, b);
    expect(b.ends).toEqual(['DID_SESSION_RECORD']);
  });

  it('are overwritten at the end on both sides, and what was said before still arrives', async () => {
    proves('flaw.H13');
    const [a, b] = ends();
    const keys = [open(a), open(b)].flatMap(({ sending, receiving }) => [sending.key, receiving.key]);
    await say(a, 'goodbye');
    await feed(a, { type: 'close', now: 0 });
    await carry(a, b);
    expect([b.heard, a.ends, b.ends]).toEqual([['goodbye'], [undefined], [undefined]]);
    for (const key of keys) expect(hex(key)).toBe('00'.repeat(32));
    expect(JSON.stringify(a.state, (_key, value: unknown) => String(value))).not.toContain('key');
  });
});

describe('the table', () => {
  it('has two states and seven events', () => {
    expect(sessionMachine.states).toEqual(['open', 'closed']);
    expect(sessionMachine.events).toEqual(['send', 'sealed', 'record', 'opened', 'close', 'fault', 'tick']);
    expect(sessionMachine.final).toEqual([]);
  });

  it('is closed to everything but what was being sealed', async () => {
    const [a] = ends();
    const { state, out } = sessionMachine.step(a.state, { type: 'send', now: 0, plaintext: utf8('x') });
    const [seal] = out;
    if (seal?.do !== 'seal') throw new Error('nothing to seal');
    const sealed: SessionEvent = {
      type: 'sealed',
      now: 0,
      id: 0n,
      header: seal.header,
      ciphertext: await sealAead(seal),
    };
    const { state: closed } = sessionMachine.step(state, {
      type: 'fault',
      now: 0,
      code: 'DID_SESSION_RECORD',
    });
    expect(closed).toEqual({ at: 'closed', done: 0n, code: 'DID_SESSION_RECORD' });
    const empty = new Uint8Array(0);
    for (const event of [
      { type: 'record', now: 0, bytes: empty },
      { type: 'opened', now: 0, id: 0n, plaintext: empty },
      { type: 'close', now: 0 },
      { type: 'fault', now: 0, code: 'DID_SESSION_CLOSED' },
      { type: 'tick', now: 1e9 },
    ] as const)
      expect(sessionMachine.step(closed, event)).toEqual({ state: closed, out: [] });
    const code = codeThrownBy(() => sessionMachine.step(closed, { type: 'send', now: 0, plaintext: empty }));
    expect(code).toBe('DID_SESSION_CLOSED');
    const late = sessionMachine.step(closed, sealed);
    expect(late.out.map((effect) => effect.do)).toEqual(['send']);
    expect(codeThrownBy(() => sessionMachine.step(late.state, sealed))).toBe('DID_SESSION_RECORD');
  });

  it('takes results in their turn alone', () => {
    const [a] = ends();
    const empty = new Uint8Array(0);
    const header = { kind: 'message', epoch: 0, sequence: 0n } as const;
    const early = { type: 'sealed', now: 0, id: 1n, header, ciphertext: empty } as const;
    expect(codeThrownBy(() => sessionMachine.step(a.state, early))).toBe('DID_SESSION_RECORD');
    const opened = { type: 'opened', now: 0, id: 1n, plaintext: empty } as const;
    expect(codeThrownBy(() => sessionMachine.step(a.state, opened))).toBe('DID_SESSION_RECORD');
  });
});
