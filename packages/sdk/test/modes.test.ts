import { type Interaction, type Json, MODES, type Profile } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

describe('the six modes', () => {
  it('share one vocabulary: interaction, evidence, decision, obligation and outcome mean the same in each', async () => {
    proves('core.actors.modes', 'sdk.flow.universal');
    expect(MODES).toEqual(['a2a', 'a2h', 'a2t', 'a2s', 'a2r', 'a2api']);
    const r = await rig();
    const shapes = new Set<string>();
    for (const mode of MODES) {
      const before = r.entries.length;
      const [plain, asked] = scene(r, { obligations: ['alert'] });
      const profile: Profile<Interaction, Json> = { ...plain, mode };
      const done = await r.ttp.run(profile, { ...asked, mode });
      const events = r.entries.slice(before).map(({ type, data }) => [type, Object.keys(data)]);
      expect(r.entries[before]?.data).toMatchObject({ mode });
      const denied = await r.ttp.run(profile, { ...asked, mode, resource: 'file:etc/passwd' });
      expect([done.status, denied.status]).toEqual(['done', 'blocked']);
      const keys = [done, done.decision ?? {}, denied, denied.decision ?? {}].map((one) => Object.keys(one));
      shapes.add(JSON.stringify({ events, keys }));
      await r.ttp.note('finding-raised', mode, {}); // writes the queued denial
    }
    expect(shapes.size).toBe(1);
  });

  it('are all there are', async () => {
    const r = await rig();
    const [profile, interaction] = scene(r);
    const mode = 'a2x' as never;
    expect(await r.ttp.run({ ...profile, mode }, { ...interaction, mode })).toMatchObject({
      status: 'blocked',
      code: 'CORE_UNKNOWN_TERM',
    });
  });
});
