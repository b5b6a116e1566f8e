import { codeRejectedBy, codeThrownBy, proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { requireConditions } from '../src/conditions.js';
import { APPROVAL_MAX_USES, type Conditions } from '../src/index.js';
import { type Ask, alice, decide, type Rig, rig } from './rig.js';

const UNMET = 'OVERSIGHT_CONDITION_UNMET';

async function approved(conditions: Conditions, ask: Ask = {}): Promise<Rig> {
  const r = rig({ waitMs: 0 });
  await codeRejectedBy(r.ask(ask));
  await decide(r, alice, { conditions });
  return r;
}
const after = async (conditions: Conditions, ask: Ask = {}): Promise<string | undefined> =>
  codeRejectedBy((await approved(conditions, ask)).ask(ask));

/** The worth of a transfer. */
const upTo = (value: number): Conditions => ({ maxValue: { field: 'transfer.amount', value } });

describe('an approval with modifications', () => {
  it('is up to a value of a named field', async () => {
    proves('oversight.conditions.max-value', 'oversight.decisions.modify', 'flaw.O7');
    const ask = { input: { transfer: { amount: 10_000 }, amount: 1 } };
    expect(await after(upTo(10_000), ask)).toBeUndefined();
    expect(await after(upTo(9999), ask)).toBe(UNMET);
  });

  it('is for a time', async () => {
    proves('oversight.conditions.expires-at', 'oversight.decisions.modify');
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    const { request } = await decide(r, alice, {
      conditions: { expiresAt: r.clock.now() + 86_400_000, maxUses: 9 },
    });
    expect(await codeRejectedBy(r.ask())).toBeUndefined();
    // It cannot be stretched: what comes first, ends it.
    r.clock.setWall(request.notAfter - 1);
    expect(await codeRejectedBy(r.ask())).toBeUndefined();
    r.clock.setWall(request.notAfter);
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_APPROVAL_PENDING');

    const brief = rig({ waitMs: 0 });
    await codeRejectedBy(brief.ask());
    await decide(brief, alice, { conditions: { expiresAt: brief.clock.now() + 1000, maxUses: 9 } });
    await brief.clock.advance(999);
    expect(await codeRejectedBy(brief.ask())).toBeUndefined();
    await brief.clock.advance(1);
    expect(await codeRejectedBy(brief.ask())).toBe('OVERSIGHT_APPROVAL_EXPIRED');
  });

  it('is for named resources', async () => {
    proves('oversight.conditions.allowed-resources', 'oversight.decisions.modify');
    const ask = { resource: 'db:production-readonly/users' };
    expect(await after({ allowedResources: ['db:production-readonly/**'] }, ask)).toBeUndefined();
    expect(await after({ allowedResources: [ask.resource] }, ask)).toBeUndefined();
    expect(await after({ allowedResources: ['db:production/**'] }, ask)).toBe(UNMET);
  });

  it('is for so many uses, and never more than were asked for', async () => {
    proves('oversight.conditions.max-uses', 'oversight.decisions.modify', 'flaw.O7');
    const r = await approved({ maxUses: 5 });
    for (let use = 0; use < 5; use++) expect(await codeRejectedBy(r.ask())).toBeUndefined();
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_APPROVAL_EXHAUSTED');
    const wide = await approved({ maxUses: Number.MAX_SAFE_INTEGER });
    for (let use = 0; use < APPROVAL_MAX_USES; use++) await wide.ask();
    expect(await codeRejectedBy(wide.ask())).toBe('OVERSIGHT_APPROVAL_EXHAUSTED');
  });

  it('loses no use to a call that does not meet it', async () => {
    const r = await approved({ maxUses: 1, expiresAt: 1 });
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_APPROVAL_EXPIRED');
    const unmet = await approved({ maxValue: { field: 'amount', value: 1 } });
    const before = await unmet.storage.store.list('oversight/review/')[Symbol.asyncIterator]().next();
    expect(await codeRejectedBy(unmet.ask())).toBe(UNMET);
    const id = String(before.value).slice('oversight/review/'.length);
    expect((await unmet.oversight.review(id))?.usesLeft).toBe(1);
  });
});

function randomConditions(random: SeededRandom): Conditions {
  const all: Conditions = {
    maxValue: { field: random.pick(['n', 'm.n']), value: random.int(11) - 5 },
    expiresAt: 1 + random.int(10),
    allowedResources: [0, 1].map(() => random.pick(['a', 'a/**', 'a/b/**', 'a/b', 'b', '**', '/**'])),
  };
  return Object.fromEntries(Object.entries(all).filter(() => random.chance(0.5)));
}

describe('conditions', () => {
  const NAMES = ['maxValue', 'expiresAt', 'allowedResources'] as const;

  it('only narrow: one more never lets through what was refused', async () => {
    proves('flaw.O7');
    let [met, refused] = [0, 0];
    await withSeed('conditions only narrow', 1000, (random) => {
      const [a, b] = [randomConditions(random), randomConditions(random)];
      const number = () => random.pick([-9, -1, 0, 1, 5, 9, '1', null]);
      const input = { n: number(), m: { n: number() } };
      const action = { input, resource: random.pick(['a', 'a/b', 'a/b/c', 'ab', 'a/../b', 'b']) };
      const now = random.int(12);
      const isMet = (c: Conditions): boolean =>
        codeThrownBy(() => requireConditions(c, action, now)) === undefined;
      for (const name of NAMES) {
        if (name in a || !(name in b)) continue;
        const more = isMet({ ...a, [name]: b[name] });
        expect(more && !isMet(a)).toBe(false);
        if (more) met++;
        else refused++;
      }
    });
    expect(Math.min(met, refused)).toBeGreaterThan(100);
  });
});
