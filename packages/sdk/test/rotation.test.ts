import { memory } from '@ttp/adapters/memory';
import { isTtpError, type Operator, type Operators } from '@ttp/core';
import { createIdentity, type NewIdentity, rotateIdentity } from '@ttp/did';
import { verifyTrace } from '@ttp/etr-merkle/trace';
import { signReinstateOrder } from '@ttp/guard';
import { continuesLog, logRangeOf, logSignerOf, replayBundle, type TtpOptions } from '@ttp/sdk';
import { codeRejectedBy, fakeClock, seededRandom, testSigner } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const people = [31, 32].map((number) => {
  const signer = testSigner(number);
  const { kid, publicKey } = signer;
  const name = `operator-${number}`;
  const privileges = ['kill:order', 'kill:reinstate'] as const;
  const entry: Operator = { id: name, human: name, kid, publicKey, level: 3, privileges };
  return { entry, signer };
});
const operators: Operators = {
  byKid: (kid) => Promise.resolve(people.find(({ entry }) => entry.kid === kid)?.entry),
};

const first = (): Promise<NewIdentity> =>
  createIdentity({ type: 'agent', random: seededRandom('rotating'), clock: fakeClock() });
const rotate = (identity: NewIdentity, seed = 'next'): Promise<NewIdentity> =>
  rotateIdentity(identity, { random: seededRandom(seed), clock: fakeClock() });

/** The same storage and time under the identity as it is now. */
const under = (r: Rig, identity: NewIdentity, options: Partial<TtpOptions> = {}): Promise<Rig> =>
  rig({ identity, storage: r.storage, fresh: false, ...options });

const trustOf = (identity: NewIdentity) => {
  const { kid, publicKey } = logSignerOf(identity);
  return { logKeys: [{ kid, publicKey, origin: identity.did }] };
};

describe('after a rotation', () => {
  it('a kill, a pin, a serial and payloads go on in the same storage, and so does the log', async () => {
    const identity = await first();
    const before = await rig({ identity, operators });
    expect((await before.read('data/x')).status).toBe('done');
    await before.ttp.kill(identity.did, { reason: 'security_violation' }).durable;
    const old = await before.ttp.exportBundle();
    await before.ttp.close();

    const now = await rotate(identity);
    const after = await under(before, now, { operators });
    // Still killed: the record is that of the inception.
    expect(await after.read('data/x')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    const { epoch } = after.ttp.killStatus();
    const order = {
      target: identity.did,
      epoch,
      reason: 'security_violation',
      notAfter: after.clock.now() + 1000,
    } as const;
    const orders = people.map(({ signer }) => signReinstateOrder(order, signer, after.clock.now()));
    await after.ttp.reinstate(await Promise.all(orders));
    expect((await after.read('data/x')).status).toBe('done');
    // The policy that was armed is armed still, with its serial.
    const serial = after.entries.find(({ type }) => type === 'policy-armed')?.data['serial'];
    expect(serial).toBe(before.entries.find(({ type }) => type === 'policy-armed')?.data['serial']);

    const next = await after.ttp.exportBundle();
    const [earlier, later] = [verifyTrace(old, trustOf(identity)), verifyTrace(next, trustOf(now))];
    expect([earlier.findings, later.findings]).toEqual([[], []]);
    expect([earlier.origin, later.origin]).toEqual([`${identity.did}/log/0`, `${identity.did}/log/1`]);
    expect(continuesLog(next, earlier, before.ttp.logKey)).toBe(true);
    // Neither key verifies what the other signed, and each bundle replays by itself.
    expect(verifyTrace(old, trustOf(now)).valid).toBe(false);
    expect(verifyTrace(next, trustOf(identity)).valid).toBe(false);
    for (const bundle of [old, next])
      expect(replayBundle(bundle).every(({ code }) => code === undefined)).toBe(true);
  });

  it('the first entry names every log before, whole: length, root and key', async () => {
    let identity = await first();
    const keys: string[] = [];
    const sizes: number[] = [];
    let r = await rig({ identity });
    for (let n = 0; n < 3; n++) {
      await r.read(`data/${n}`);
      keys.push(r.ttp.logKey);
      await r.ttp.close();
      sizes.push(r.entries.length);
      identity = await rotate(identity, `rotation ${n}`);
      r = await under(r, identity);
    }
    const [entry] = r.entries;
    expect(entry).toMatchObject({
      type: 'log-continued',
      index: 0n,
      agentSeq: 0,
      subject: `${identity.did}/log/3`,
    });
    expect(entry?.data['logs']).toEqual(
      keys.map((key, n) => ({
        log: `${identity.did}/log/${n}`,
        size: String(sizes[n]),
        root: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        key,
      })),
    );
    // Once: a restart under the same key goes on in the same log.
    const again = await r.restart();
    expect(again.entries.map(({ type }) => type)).not.toContain('log-continued');
    expect((await again.read('data/y')).status).toBe('done');
  });

  it('each key tells which logs are its own', async () => {
    const identity = await first();
    const r = await rig({ identity });
    const { store } = r.storage;
    const range = (of: NewIdentity) => logRangeOf(store, identity.did, logSignerOf(of).publicKey);
    expect(await range(identity)).toEqual({ from: 0 });
    await r.ttp.close();
    const now = await rotate(identity);
    expect(await range(now)).toEqual({ from: 0 }); // nothing is known of it yet
    await (await under(r, now)).ttp.close();
    expect([await range(identity), await range(now)]).toEqual([{ from: 0, to: 1 }, { from: 1 }]);
  });

  it('the retired key writes nothing any more', async () => {
    const identity = await first();
    const r = await rig({ identity });
    await r.ttp.close();
    await (await under(r, await rotate(identity))).ttp.close();
    expect(await codeRejectedBy(under(r, identity))).toBe('SDK_LOG_KEY_RETIRED');
  });

  it('a log that was altered, shortened or lost keeps the next one from beginning', async () => {
    const identity = await first();
    for (const harm of ['shorten', 'lose'] as const) {
      const r = await rig({ identity });
      await r.read('data/x');
      await r.ttp.close();
      const inner = r.storage.log.bind(r.storage);
      const storage = {
        ...r.storage,
        store: r.storage.store,
        log(name: string) {
          const log = inner(name);
          if (!name.endsWith('/log/0')) return log;
          const size = async () => ((await log.size()) > 2n && harm === 'shorten' ? 2n : await log.size());
          const read = (from: bigint, to: bigint) => log.read(from, harm === 'lose' ? from : to);
          return { append: log.append.bind(log), read, size };
        },
      };
      const code = codeRejectedBy(under({ ...r, storage }, await rotate(identity)));
      expect(await code, harm).toBe('ETR_LOG_INCONSISTENT');
    }
  });

  it('a storage that says one thing and then another has no log named that is not what it was', async () => {
    const identity = await first();
    let refused = 0;
    for (let honest = 0; honest < 4; honest++) {
      const r = await rig({ identity });
      await r.read('data/x');
      await r.ttp.close();
      const inner = r.storage.log.bind(r.storage);
      let reads = 0;
      const storage = {
        ...r.storage,
        store: r.storage.store,
        log(name: string) {
          const log = inner(name);
          if (!name.endsWith('/log/0')) return log;
          const read = (from: bigint, to: bigint) => log.read(from, reads++ < honest ? to : from);
          return { append: log.append.bind(log), read, size: () => log.size() };
        },
      };
      const now = await rotate(identity);
      const size = String(r.entries.length);
      try {
        const { entries } = await under({ ...r, storage }, now);
        expect(entries[0]?.data['logs']).toEqual([expect.objectContaining({ size })]);
      } catch (error) {
        if (!isTtpError(error, 'ETR_LOG_INCONSISTENT')) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1);
  });

  it('an intent that was open stays in the log before, and the next one begins all the same', async () => {
    const identity = await first();
    const r = await rig({ identity });
    const effect = Promise.withResolvers<string>();
    const call = r.ttp.a2t({ tool: 'read_file', input: { path: 'data/x' } }, () => effect.promise);
    await r.clock.advance(0);
    const size = r.entries.length;
    expect(r.entries.map(({ type }) => type)).toContain('intent-recorded');
    // A crash: what is durable is all that is left, and nobody ends what was begun.
    const storage = memory();
    const crashed = { ...storage, store: r.storage.store, log: r.storage.log.bind(r.storage) };
    const after = await under({ ...r, storage: crashed }, await rotate(identity));
    expect(after.entries[0]?.data['logs']).toEqual([expect.objectContaining({ size: String(size) })]);
    effect.resolve('x');
    await call;
  });

  it('a record of the log keys that cannot be read refuses', async () => {
    const identity = await first();
    const r = await rig({ identity });
    await r.ttp.close();
    const key = `sdk/log-keys/${identity.did}`;
    for (const text of ['', '{}', '{"v":1,"keys":[]}', '{"v":1,"keys":[{"key":1}]}']) {
      await r.storage.store.put(key, new TextEncoder().encode(text));
      expect(await codeRejectedBy(under(r, identity))).toMatch(/^SDK_LOG_KEYS$|^CRYPTO_JSON/);
    }
  });

  it('a log key of one\u2019s own goes on in its log: it does not follow the identity', async () => {
    const identity = await first();
    const logSigner = logSignerOf(
      await createIdentity({ type: 'agent', random: seededRandom(9), clock: fakeClock() }),
    );
    const r = await rig({ identity, logSigner });
    await r.ttp.close();
    const after = await under(r, await rotate(identity), { logSigner });
    expect(after.entries.map(({ type }) => type)).not.toContain('log-continued');
  });
});

describe('continuesLog', () => {
  it('is false for another log, another length, another root, another key, and what does not say it', async () => {
    const identity = await first();
    const r = await rig({ identity });
    const short = await r.ttp.exportBundle();
    await r.read('data/x');
    const whole = await r.ttp.exportBundle();
    const key = r.ttp.logKey;
    await r.ttp.close();
    const now = await rotate(identity);
    const after = await under(r, now);
    const next = await after.ttp.exportBundle();
    const earlier = verifyTrace(whole, trustOf(identity));
    expect(continuesLog(next, earlier, key)).toBe(true);
    expect(continuesLog(next, verifyTrace(short, trustOf(identity)), key)).toBe(false);
    expect(continuesLog(next, verifyTrace(whole, trustOf(now)), key)).toBe(false);
    expect(continuesLog(next, earlier, after.ttp.logKey)).toBe(false);
    expect(continuesLog(whole, earlier, key)).toBe(false);
    expect(continuesLog(next, { ...earlier, origin: `${identity.did}/log/7` }, key)).toBe(false);
    const head = earlier.head && { ...earlier.head, root: new Uint8Array(32) };
    expect(continuesLog(next, { ...earlier, ...(head === undefined ? {} : { head }) }, key)).toBe(false);
    const part = await after.ttp.exportBundle({ types: ['policy-armed'] });
    expect(continuesLog(part, earlier, key)).toBe(false);
    // Nobody else may record it.
    const note = after.ttp.note('log-continued', 'x', { logs: [] });
    expect(await codeRejectedBy(note)).toBe('SDK_BAD_NOTE');
  });
});
