import { memory } from '@ttp/adapters/memory';
import type { Did, Hash, Store } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createFoldMemo, type FoldInputs } from '../src/fold-memo.js';
import {
  type KeyLogResolver,
  type NewIdentity,
  recoverIdentity,
  rotateIdentity,
  setServices,
  storeResolver,
} from '../src/index.js';
import { foldKeyLog } from '../src/key-log.js';
import { contextOf, type KeyState } from '../src/key-state.js';
import { FOLDED_LOGS_MAX_COUNT } from '../src/limits.js';
import { encodeStoredLog } from '../src/stored-log.js';
import { identity } from './fixture.js';
import { HOUR, household, NOW } from './recovery/fixture.js';

const stored = ({ keyLog }: NewIdentity): Uint8Array => encodeStoredLog({ entries: keyLog });

const failing = (): KeyState => foldKeyLog([], contextOf([]));

describe('the memo of verified logs', () => {
  const NOTHING: FoldInputs = { dates: [undefined], settled: new Set(), signers: new Map() };

  it('folds again where anything that the fold depends on is another, and nowhere else', async () => {
    const one = await identity(1);
    const state = foldKeyLog(one.keyLog, contextOf([]));
    const other = foldKeyLog((await identity(2)).keyLog, contextOf([]));
    const memo = createFoldMemo();
    let folds = 0;
    const ask = (inputs: Partial<FoldInputs>, bytes = stored(one)): KeyState =>
      memo.open(one.did, bytes).stateFor({ ...NOTHING, ...inputs }, () => {
        folds++;
        return state;
      });
    const id: Hash = hashJson('a recovery');
    const different: readonly Partial<FoldInputs>[] = [
      { settled: new Set([id]) },
      { settled: new Set([hashJson('another')]) },
      { dates: [5] },
      { dates: [7] },
      { dates: [5, 6] },
      { signers: new Map<Did, KeyState | undefined>([[other.did, other]]) },
      { signers: new Map<Did, KeyState | undefined>([[other.did, { ...other }]]) },
      { signers: new Map<Did, KeyState | undefined>([[other.did, undefined]]) },
      { signers: new Map<Did, KeyState | undefined>([[one.did, undefined]]) },
    ];
    for (const inputs of [NOTHING, ...different, NOTHING]) {
      const before = folds;
      ask(inputs);
      expect(folds).toBe(before + 1);
      ask({ ...inputs }, stored(one).slice());
      expect(folds).toBe(before + 1);
    }
    const rotated = await rotateIdentity(one, { random: seededRandom(3), clock: fakeClock() });
    const before = folds;
    ask({}, stored(rotated));
    ask({});
    expect(folds).toBe(before + 2);
  });

  it('remembers nothing of what throws, and nothing that a caller still holds', async () => {
    const one = await identity(1);
    const memo = createFoldMemo();
    const bytes = stored(one);
    const fold = (): KeyState => foldKeyLog(one.keyLog, contextOf([]));
    expect(codeThrownBy(() => memo.open(one.did, bytes).stateFor(NOTHING, failing))).toBe('DID_BAD_LOG');
    expect(memo.open(one.did, bytes).stateFor(NOTHING, fold).did).toBe(one.did);
    const copy = bytes.slice();
    bytes.fill(0);
    expect(codeThrownBy(() => memo.open(one.did, bytes))).toMatch(/^CRYPTO_JSON/);
    expect(memo.open(one.did, copy).stateFor(NOTHING, fold).did).toBe(one.did);
  });

  it('is bounded: what was asked for least recently goes first', async () => {
    const one = await identity(1);
    const bytes = stored(one);
    const memo = createFoldMemo();
    const states = foldKeyLog(one.keyLog, contextOf([]));
    let folds = 0;
    const ask = (did: string): unknown =>
      memo.open(did as Did, bytes).stateFor(NOTHING, () => {
        folds++;
        return states;
      });
    for (let i = 0; i < FOLDED_LOGS_MAX_COUNT; i++) ask(`did ${i}`);
    ask('did 0'); // still there, and now the youngest
    expect(folds).toBe(FOLDED_LOGS_MAX_COUNT);
    ask('one more'); // takes the place of did 1
    ask('did 0');
    expect(folds).toBe(FOLDED_LOGS_MAX_COUNT + 1);
    ask('did 1');
    expect(folds).toBe(FOLDED_LOGS_MAX_COUNT + 2);
  });
});

describe('a resolver that remembers', () => {
  it('freezes at once who shows two logs, though it has just resolved the first', async () => {
    proves('flaw.D2', 'law.C-7');
    const { store } = memory();
    const resolver = storeResolver(store);
    const other = storeResolver(store);
    const one = await identity(1);
    await resolver.add(one.keyLog);
    await resolver.resolve(one.did);
    await other.resolve(one.did);
    const [left, right] = await Promise.all(
      [1, 2].map((seed) => rotateIdentity(one, { random: seededRandom(seed), clock: fakeClock() })),
    );
    await resolver.add(left?.keyLog ?? []);
    await resolver.resolve(one.did);
    expect(await codeRejectedBy(other.add(right?.keyLog ?? []))).toBe('DID_FROZEN');
    // At every observer of the store, whichever of them was shown the fork.
    for (const each of [resolver, other, storeResolver(store)])
      expect(await codeRejectedBy(each.resolve(one.did))).toBe('DID_FROZEN');
  });

  it('puts a recovery in force by the time alone', async () => {
    const { owner, backup, resolver, clock } = await household();
    const heir = await recoverIdentity({
      keyLog: owner.keyLog,
      backupSeed: backup,
      random: seededRandom(11),
      clock,
    });
    await resolver.add(heir.keyLog);
    const key = async () => (await resolver.resolve(owner.did)).authentication;
    expect([await key(), await key()]).toEqual([[`${owner.did}#key-1`], [`${owner.did}#key-1`]]);
    await clock.advance(24 * HOUR);
    expect([await key(), await key()]).toEqual([[`${owner.did}#key-2`], [`${owner.did}#key-2`]]);
    // A clock that is set back takes it out of force again: nothing is remembered of time.
    clock.setWall(NOW);
    expect(await key()).toEqual([`${owner.did}#key-1`]);
  });

  it('says at every step what one says that verifies everything anew', async () => {
    proves('law.C-7');
    await withSeed('fold memo', 6, async (random) => {
      const clock = fakeClock(NOW);
      const { store } = memory();
      const resolver = storeResolver(store, { clock });
      const parent = { now: await identity(1, { clock, type: 'publisher' }) };
      const child = { now: await identity(2, { clock, parent: parent.now }) };
      for (const { now } of [parent, child]) await resolver.add(now.keyLog);
      const kept: (readonly [string, Uint8Array])[] = [];
      for (let step = 0; step < 12; step++) {
        const who = random.pick([parent, child]);
        const act = random.pick(['rotate', 'services', 'time', 'fork', 'back', 'nothing', 'nothing']);
        if (act === 'rotate') who.now = await rotateIdentity(who.now, { random, clock });
        if (act === 'services') who.now = await setServices(who.now, { services: [], clock });
        if (act === 'time') await clock.advance(random.int(30) * HOUR);
        if (act === 'fork' && random.int(5) === 0)
          await codeRejectedBy(resolver.add((await rotateIdentity(who.now, { random, clock })).keyLog));
        if (act === 'back') await setBack(store, kept, who.now.did, random.int(2) === 0);
        await codeRejectedBy(resolver.add(who.now.keyLog));
        const fresh = storeResolver(store, { clock });
        for (const { now } of [parent, child])
          expect(await said(resolver, now.did)).toEqual(await said(fresh, now.did));
      }
    });
  });
});

/** Keeps what is stored of an identity, or writes back what was kept: a store that was set back. */
async function setBack(
  store: Store,
  kept: (readonly [string, Uint8Array])[],
  did: Did,
  keeps: boolean,
): Promise<void> {
  const key = `did/log/${did}`;
  const found = await store.get(key);
  if (keeps && found !== undefined) kept.push([key, found.value]);
  for (const [name, value] of kept.slice(-1)) if (!keeps) await store.put(name, value);
}

/** A document, or the code that it is refused with, and everything else that is asked of a log. */
const said = async (resolver: KeyLogResolver, did: Did): Promise<unknown> => {
  try {
    return [await resolver.resolve(did), await resolver.history(did), await resolver.ancestors(did)];
  } catch (error) {
    return codeThrownBy(() => {
      throw error;
    });
  }
};
