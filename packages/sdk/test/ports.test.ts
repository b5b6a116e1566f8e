import { proves } from '@ttp/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeAll, rig } from './rig.js';

/** What of the environment was touched while it was forbidden. */
const touched: string[] = [];

const deny = (name: string) => (): never => {
  touched.push(name);
  throw new Error(`${name} is not to be touched`);
};

/** Forbids everything that the ports are for, on the objects that anybody could reach it by. */
function forbid(): void {
  vi.spyOn(Date, 'now').mockImplementation(deny('Date.now'));
  vi.spyOn(performance, 'now').mockImplementation(deny('performance.now'));
  vi.spyOn(Math, 'random').mockImplementation(deny('Math.random'));
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(deny('crypto.getRandomValues'));
  vi.spyOn(crypto, 'randomUUID').mockImplementation(deny('crypto.randomUUID'));
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'fetch']) vi.stubGlobal(name, deny(name));
  const RealDate = Date;
  const noDate = deny('new Date()');
  vi.stubGlobal(
    'Date',
    new Proxy(RealDate, {
      construct: (target, args) =>
        args.length === 0 ? noDate() : (Reflect.construct(target, args) as object),
      apply: noDate,
    }),
  );
}

beforeEach(() => void touched.splice(0));
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await closeAll();
});

describe('the embedded layers', () => {
  it('have no time, timer, randomness or network but those of the ports, in a whole life', async () => {
    proves('core.ports', 'core.runtime-agnostic');
    forbid();
    for (const reach of [() => Date.now(), () => new Date(), () => Math.random(), () => crypto.randomUUID()])
      expect(reach).toThrow('is not to be touched');
    expect(touched.splice(0)).toHaveLength(4);

    const r = await rig();
    const allowed = await r.read('data/a', { text: 'hello' });
    const denied = await r.read('etc/passwd');
    const redacted = await r.read('data/card', `card ${['4242', '4242', '4242', '4242'].join(' ')}`);
    const bundle = await r.ttp.exportBundle();
    await r.ttp.trace().seal();
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    const killed = await r.read('data/b');
    const again = await r.restart();
    const afterwards = await again.read('data/c');
    await again.ttp.close();

    expect(touched).toEqual([]);
    expect(allowed).toMatchObject({ status: 'done', value: { text: 'hello' } });
    expect(denied).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
    expect(redacted).toMatchObject({ status: 'done', value: 'card [REDACTED]' });
    expect(bundle).toContain('decision-made');
    expect(killed).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    expect(afterwards).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
  });

  it('say the same bytes in the same order for the same time and randomness', async () => {
    const bundles: string[] = [];
    for (let round = 0; round < 2; round++) {
      const r = await rig({ seed: 'twice' });
      await r.read('data/a');
      await r.read('etc/passwd');
      bundles.push(await r.ttp.exportBundle());
    }
    expect(bundles[1]).toBe(bundles[0]);
  });
});
