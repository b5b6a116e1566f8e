import { fromMultikey } from '@ttp/crypto';
import { verifyTrace } from '@ttp/etr-merkle/trace';
import { replayBundle } from '@ttp/sdk';
import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

/** What a verifier who knows the log key says of a bundle. */
const verified = ({ ttp }: Rig, bundle: string) =>
  verifyTrace(bundle, {
    logKeys: [{ origin: ttp.did, kid: `${ttp.did}#log-1`, publicKey: fromMultikey(ttp.logKey) }],
  });

async function busy(): Promise<Rig> {
  const r = await rig();
  await r.read('data/a');
  await r.read('etc/passwd');
  await r.read('data/card', ['4242', '4242', '4242', '4242'].join(' '));
  const restarted = await r.restart({ policy: { ...POLICY, description: 'second' } });
  await restarted.read('data/b');
  return restarted;
}

describe('an exported bundle', () => {
  it('verifies offline, and every decision in it is made again to the same bytes', async () => {
    proves('law.E-6');
    const r = await busy();
    const bundle = await r.ttp.exportBundle();
    expect(verified(r, bundle)).toMatchObject({ valid: true, findings: [] });
    const replayed = replayBundle(bundle);
    expect(replayed.map(({ result }) => result)).toEqual(['same', 'same', 'same', 'same']);
  });

  it('is not believed under another log key', async () => {
    const r = await busy();
    const other = await rig({ seed: 'other' });
    expect(verified(other, await r.ttp.exportBundle()).valid).toBe(false);
  });

  it('says which decisions cannot be made again because a payload is withheld', async () => {
    const r = await busy();
    const all = await r.ttp.exportBundle();
    const secret = /"evidence":"(sha256:[0-9a-f]{64})"/.exec(all.replaceAll('\\', ''))?.[1];
    const bundle = await r.ttp.exportBundle({ disclose: (hash) => hash !== secret });
    expect(verified(r, bundle).valid).toBe(true);
    expect(replayBundle(bundle).map(({ result, code }) => code ?? result)).toEqual([
      'TRE_REPLAY_INPUT_ABSENT',
      'same',
      'same',
      'same',
    ]);
  });

  it('replays decisions made under one policy with different thresholds', async () => {
    const r = await rig();
    await r.read('data/a');
    const again = await r.restart({ thresholds: { medium: 2000 } });
    await again.read('data/b');
    const replayed = replayBundle(await again.ttp.exportBundle());
    expect(replayed.map(({ result }) => result)).toEqual(['same', 'same']);
  });

  it.each([
    ['outcome', 'deny-hard', 'allow'],
    ['effect', 'deny', 'allow'],
    ['epoch', 0, 7],
  ])('is not believed where the entry tells another %s than the decision', async (name, truth, lie) => {
    const r = await rig();
    await r.read('etc/passwd');
    const bundle = await r.ttp.exportBundle();
    /** The member as it stands in a leaf, which is text in a line of JSON. */
    const told = (value: string | number) =>
      JSON.stringify(JSON.stringify({ [name]: value }).slice(1, -1)).slice(1, -1);
    const line = bundle.split('\n').find((one) => one.includes('decision-made')) ?? '';
    const lying = bundle.replace(line, line.replace(told(truth), told(lie)));
    expect(lying).not.toBe(bundle);
    expect(replayBundle(lying)).toMatchObject([{ result: 'differs', code: 'SDK_REPLAY_DIFFERS' }]);
  });

  it('holds no payload of a call in its entries', async () => {
    const r = await busy();
    const entries = (await r.ttp.exportBundle())
      .split('\n')
      .filter((line) => line.includes('"kind":"entry"'));
    expect(entries.length).toBeGreaterThan(10);
    for (const line of entries) expect(line).not.toMatch(/passwd|data\/a|4242 4242/);
  });
});
