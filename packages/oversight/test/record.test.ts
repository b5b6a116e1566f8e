import { memory } from '@ttp/adapters/memory';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { alice, decide, type Rig, rig, withStore } from './rig.js';

const UNREADABLE = 'OVERSIGHT_RECORD_UNREADABLE';
const PENDING = 'OVERSIGHT_APPROVAL_PENDING';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An enforcement point whose one review is replaced by what `change` makes of its text. */
async function tampered(change: (text: string, id: string) => string, decided = false): Promise<Rig> {
  const r = rig({ waitMs: 0 });
  await codeRejectedBy(r.ask());
  const [review] = await r.oversight.pending();
  if (review === undefined) throw new Error('nothing is pending');
  if (decided) await decide(r, alice);
  const key = `oversight/review/${review.id}`;
  const found = await r.storage.store.get(key);
  const text = new TextDecoder().decode(found?.value);
  const changed = change(text, review.id);
  expect(changed).not.toBe(text);
  await r.storage.store.put(key, bytes(changed));
  return r;
}

describe('a stored review', () => {
  it.each<readonly [string, (text: string, id: string) => string]>([
    ['nothing', () => ''],
    ['half of it', (text) => text.slice(0, text.length / 2)],
    ['other JSON', () => 'null'],
    ['a member more', (text) => text.replace('{', '{"approved":true,')],
    ['a member less', (text) => text.replace('"usesLeft":0', '"uses":0')],
    ['a member twice', (text) => text.replace('"usesLeft":0', '"usesLeft":0,"usesLeft":9')],
    ['another id', (text, id) => text.replace(id, 'ab'.repeat(16))],
    ['a state that does not exist', (text) => text.replace('"at":"pending"', '"at":"waived"')],
    ['a state with what is not its own', (text) => text.replace('"at":"pending"', '"at":"expired"')],
    ['a level that does not exist', (text) => text.replace('"level":1', '"level":0')],
    ['uses that are no count', (text) => text.replace('"usesLeft":0', '"usesLeft":-1')],
    ['a time that is none', (text) => text.replace(/"notAfter":\d+/, '"notAfter":9000000000000000')],
    ['an agent that is no DID', (text) => text.replace(/"agent":"[^"]+"/, '"agent":"me"')],
    ['a policy that is no hash', (text) => text.replace(/"policy":"[^"]+"/, '"policy":"v1"')],
  ])('is a fault and no permission when it is %s', async (_, change) => {
    const r = await tampered(change);
    expect(await codeRejectedBy(r.ask())).toBe(UNREADABLE);
    expect(await codeRejectedBy(r.oversight.pending())).toBe(UNREADABLE);
  });

  it.each<readonly [string, (text: string) => string]>([
    ['an approval of nobody', (text) => text.replace(/"votes":\[.*\]/, '"votes":[]')],
    [
      'a condition that nobody knows',
      (text) => text.replace(/("votes":\[\{"conditions":\{)/, '$1"unless":true'),
    ],
  ])('is a fault when it holds %s', async (_, change) => {
    const r = await tampered(change, true);
    expect(await codeRejectedBy(r.ask())).toBe(UNREADABLE);
  });

  it('blocks its call when it is gone', async () => {
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    const [review] = await r.oversight.pending();
    await r.storage.store.delete(`oversight/review/${review?.id ?? ''}`);
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_UNKNOWN_REVIEW');
    expect(await r.oversight.pending()).toEqual([]);
  });
});

describe('writers that meet', () => {
  it('take as many uses as there are, at once and in two processes, and no more', async () => {
    proves('flaw.O1', 'law.O-1', 'oversight.conditions.max-uses');
    const here = rig({ waitMs: 0 });
    const there = rig({ storage: here.storage, clock: here.clock, waitMs: 0 });
    await codeRejectedBy(here.ask());
    await decide(here, alice, { conditions: { maxUses: 5 } });
    // 50 calls for 5 uses.
    const codes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => codeRejectedBy((n % 2 === 0 ? here : there).ask())),
    );
    expect(codes.filter((code) => code === undefined)).toHaveLength(5);
    expect(codes.filter((code) => code === 'OVERSIGHT_APPROVAL_EXHAUSTED')).toHaveLength(45);
  });

  it('all get their use where there is one for each, however many come at once', async () => {
    const r = rig({ waitMs: 0 });
    await codeRejectedBy(r.ask());
    await decide(r, alice, { conditions: { maxUses: 1000 } }); // as many as were asked for: 100
    const codes = await Promise.all(Array.from({ length: 101 }, () => codeRejectedBy(r.ask())));
    expect(codes.filter((code) => code === undefined)).toHaveLength(100);
    expect(codes.filter((code) => code === 'OVERSIGHT_APPROVAL_EXHAUSTED')).toHaveLength(1);
  });

  it('give up where the record never stands still, with the use not taken', async () => {
    const storage = memory();
    const r = rig({ storage, waitMs: 0 });
    await codeRejectedBy(r.ask());
    const { id } = await decide(r, alice);
    let attempts = 0;
    const put = async (): Promise<boolean> => {
      attempts++;
      return false;
    };
    const busy = rig({ storage: withStore(storage, { put }), clock: r.clock, waitMs: 0 });
    expect(await codeRejectedBy(busy.ask())).toBe('OVERSIGHT_CONTENTION');
    expect(attempts).toBe(16);
    expect((await r.oversight.review(id))?.usesLeft).toBe(1);
  });

  it('are refused where the random source repeats itself: two reviews never share an id', async () => {
    const storage = memory();
    const first = rig({ storage, waitMs: 0, seed: 1 });
    const again = rig({ storage, clock: first.clock, waitMs: 0, seed: 1 });
    expect(await codeRejectedBy(first.ask())).toBe(PENDING);
    expect(await codeRejectedBy(again.ask({ input: 'other' }))).toBe('OVERSIGHT_CONTENTION');
  });

  it('meet a store that fails with its own code', async () => {
    const storage = memory();
    const r = rig({ storage, waitMs: 0 });
    await storage.close();
    expect(await codeRejectedBy(r.ask())).toBe('STORE_CLOSED');
  });
});
