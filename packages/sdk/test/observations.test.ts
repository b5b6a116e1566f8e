import type { JsonObject } from '@ttp/core';
import { observationsOf } from '@ttp/sdk';
import { loadCallMap, loadPolicy, recommendPolicy, replayPolicy } from '@ttp/spl';
import { codeThrownBy } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const AWS_KEY = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('');

/** A call of any tool on a server. */
const use = (r: Rig, tool: string, input: JsonObject, fails = false): ReturnType<Rig['read']> =>
  r.ttp.a2t({ tool, server: 'files', input }, async () => {
    if (fails) throw new Error('disk');
    return 'x';
  });

describe('the observations of a bundle', () => {
  it('are the calls in order: what was asked, what was said, whether it happened and why not', async () => {
    const r = await rig({ mode: 'observe' });
    await r.read('data/a');
    await r.read('etc/passwd');
    await use(r, 'resources/read', { uri: 'file:///x' });
    await use(r, 'broken', {}, true);
    const { calls, unread } = observationsOf(await r.ttp.exportBundle());
    expect(unread).toEqual([]);
    expect(
      calls.map(({ server, tool, input, effect, went, code }) => [server, tool, input, effect, went, code]),
    ).toEqual([
      ['local', 'read_file', { path: 'data/a' }, 'allow', true, undefined],
      ['local', 'read_file', { path: 'etc/passwd' }, 'deny', true, 'SDK_DENIED'],
      ['files', 'resources/read', { uri: 'file:///x' }, 'deny', true, 'SDK_DENIED'],
      ['files', 'broken', {}, 'deny', true, 'SDK_PERFORM_FAILED'],
    ]);
    expect(calls[0]?.request).toMatchObject({
      action: 'read',
      resource: 'file:data/a',
      engine: { identityVerified: true, 'request.rate': 1 },
      caller: { request: { path: 'data/a' } },
    });
  });

  it('come from a log that was enforced as well: what was denied did not happen', async () => {
    const r = await rig();
    await r.read('data/a');
    await r.read('etc/passwd');
    const { calls } = observationsOf(await r.ttp.exportBundle());
    expect(calls.map(({ went, code }) => [went, code])).toEqual([
      [true, undefined],
      [false, 'SDK_DENIED'],
    ]);
  });

  it('are unread where a secret was in the arguments, a kill came first, or nothing was decided', async () => {
    const r = await rig({ mode: 'observe' });
    await use(r, 'read_file', { path: 'data/a', note: AWS_KEY });
    await use(r, 'read_file', {});
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    await r.read('data/a');
    const { calls, unread } = observationsOf(await r.ttp.exportBundle());
    expect(calls).toEqual([]);
    expect(unread.map(({ went, code }) => [went, code])).toEqual([
      [true, 'GUARD_DLP_BLOCKED'],
      [false, 'SPL_BAD_CALL'],
      [false, 'GUARD_KILLED'],
    ]);
  });

  it('count a call that a kill ended as one that nobody needs', async () => {
    const r = await rig({ mode: 'observe' });
    await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, async (permit) => {
      r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
      permit.enter();
    });
    const { calls } = observationsOf(await r.ttp.exportBundle());
    expect(calls).toMatchObject([{ went: false, code: 'GUARD_KILLED' }]);
  });

  it('know what is sensitive', async () => {
    const callMap: JsonObject = {
      version: 1,
      tools: {
        read_file: {
          action: 'read',
          resource: { scheme: 'file', path: 'input.path' },
          attributes: { dataClassification: 'restricted' },
        },
      },
    };
    const r = await rig({ mode: 'observe', callMap });
    await r.read('data/a');
    await use(r, 'other', {});
    const { calls } = observationsOf(await r.ttp.exportBundle());
    expect(calls.map(({ isSensitive }) => isSensitive)).toEqual([true, false]);
  });

  it('are of tools alone', async () => {
    const r = await rig();
    const [profile, interaction] = scene(r, { perform: async () => 'x' });
    const service = { ...profile, mode: 'a2s' } as const;
    expect(await r.ttp.run(service, { ...interaction, mode: 'a2s' })).toMatchObject({ status: 'done' });
    expect(observationsOf(await r.ttp.exportBundle())).toEqual({ calls: [], unread: [] });
  });

  it('make a policy that enforces what was observed, and nothing else', async () => {
    const watched = await rig({ mode: 'observe' });
    const paths = ['work/a', 'work/b', 'work/c', 'logs/today'];
    for (const path of paths) await watched.read(path);
    const observed = observationsOf(await watched.ttp.exportBundle());
    const { policy, callMap } = recommendPolicy(observed);
    expect(replayPolicy(loadPolicy(policy), loadCallMap(callMap), observed).summary).toMatchObject({
      permitted: 4,
      lost: 0,
    });
    const enforced = await watched.restart({ policy, callMap });
    for (const path of [...paths, 'work/d']) expect((await enforced.read(path)).status).toBe('done');
    for (const path of ['logs/yesterday', 'work/.env', 'work/d/e', 'data/a', 'work/../x'])
      expect(await enforced.read(path)).toMatchObject({ status: 'blocked' });
  });

  it('are refused where the bundle is none', () => {
    expect(codeThrownBy(() => observationsOf('x\ny\n'))).toMatch(/^(?:ETR|CRYPTO)_/);
  });
});
