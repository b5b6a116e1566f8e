import { memory } from '@ttp/adapters/memory';
import { asDid, asEpoch, type Did, type Storage } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { AGENT, OTHER } from '../interaction.js';
import { bench } from './harness.js';

const did = (name: string): Did => asDid(`did:ttp:agent:${name}`);

describe('a key', () => {
  it('that two identities hold takes the other along: the one that comes later, and the one that was there', async () => {
    proves('flaw.K4');
    for (const target of [AGENT, OTHER]) {
      const { kill } = await bench();
      await kill.enrol(AGENT, false, [], 'z6MkKey');
      const permit = kill.permit(AGENT, kill.epochOf(AGENT));
      await kill.enrol(OTHER, true, [], 'z6MkKey');
      permit.enter();
      kill.kill(target, { reason: 'security_violation', by: 'test' });
      expect([kill.isKilled(AGENT), kill.isKilled(OTHER)]).toEqual([true, true]);
      expect(permit.signal.aborted).toBe(true);
    }
  });

  it('of a killed agent is no way back under another identity, after a restart either', async () => {
    proves('flaw.K4');
    const first = await bench();
    await first.kill.enrol(AGENT, false, [], 'z6MkKey');
    await first.kill.kill(AGENT, { reason: 'security_violation', by: 'test' }).durable;
    const second = await bench(first.storage, fakeClock(), false);
    await second.kill.enrol(OTHER, true, [], 'z6MkKey');
    expect(second.kill.isKilled(OTHER)).toBe(true);
    await second.kill.enrol(did('elsewhere'), true, [], 'z6MkOther');
    expect(second.kill.isKilled(did('elsewhere'))).toBe(false);
    // And the rotated agent is the old one still, by either key.
    await second.kill.enrol(AGENT, false, [], 'z6MkNext');
    await second.kill.enrol(did('thief'), true, [], 'z6MkKey');
    expect(second.kill.isKilled(did('thief'))).toBe(true);
  });

  it('is known to the other processes with their next read', async () => {
    proves('flaw.K4');
    const storage: Storage = { ...memory(), shared: true };
    const here = await bench(storage);
    await here.kill.enrol(AGENT, false, [], 'z6MkKey');
    const permit = here.kill.permit(AGENT, here.kill.epochOf(AGENT));
    const there = await bench(storage, fakeClock(), false);
    await there.kill.enrol(OTHER, true, [], 'z6MkKey');
    await there.kill.kill(OTHER, { reason: 'security_violation', by: 'test' }).durable;
    await here.clock.advance(250);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    expect(permit.signal.aborted).toBe(true);
  });

  it('whose record cannot be read, or is full, opens nothing', async () => {
    const { kill, storage } = await bench();
    for (const text of ['{"torn', '{"v":1,"holders":"all"}', '{"v":2,"holders":[]}']) {
      await storage.store.put('guard/key/z6MkKey', new TextEncoder().encode(text));
      expect(await codeRejectedBy(kill.enrol(OTHER, true, [], 'z6MkKey'))).toBe('GUARD_KEY_HOLDERS');
      expect(kill.isKilled(OTHER)).toBe(true);
    }
    const crowd = Array.from({ length: 64 }, (_, n) => did(`n${n}`));
    await storage.store.put(
      'guard/key/z6MkKey',
      new TextEncoder().encode(JSON.stringify({ v: 1, holders: crowd })),
    );
    expect(await codeRejectedBy(kill.enrol(OTHER, true, [], 'z6MkKey'))).toBe('GUARD_KEY_HOLDERS');
    expect(kill.status(OTHER).epoch).toBe(asEpoch(0));
  });
});
