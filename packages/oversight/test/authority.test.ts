import type { Privilege } from '@ttp/core';
import { PRIVILEGES } from '@ttp/core';
import { cosignEnvelope, envelopeId, signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { digestOf, type Review, signReview } from '../src/index.js';
import {
  alice,
  alice2,
  bob,
  chief,
  decide,
  nobody,
  type Person,
  person,
  type Rig,
  rig,
  roster,
  senior,
  stranger,
} from './rig.js';

const PENDING = 'OVERSIGHT_APPROVAL_PENDING';
const TWO = { maxUses: 3, requiresSecondApproval: true } as const;

/** An enforcement point with one review pending. */
async function asked(level = 1, people?: readonly Person[], owners?: () => readonly string[]): Promise<Rig> {
  const r = rig({
    waitMs: 0,
    ...(people === undefined ? {} : { operators: roster(people) }),
    ...(owners === undefined ? {} : { owners }),
  });
  expect(await codeRejectedBy(r.ask({ params: { level } }))).toBe(PENDING);
  return r;
}
const pendingOf = async (r: Rig): Promise<Review> => {
  const [review] = await r.oversight.pending();
  if (review === undefined) throw new Error('nothing is pending');
  return review;
};

/** Who may review nothing at all is told so before anybody looks at the level. */
function refusal(reach: number | undefined, own: number, level: number): string | undefined {
  if (reach === undefined) return 'CRYPTO_OPERATOR_PRIVILEGE';
  return own >= level && reach >= level ? undefined : 'OVERSIGHT_NO_PRIVILEGE';
}

describe('who may decide', () => {
  const REACH: { readonly [P in Privilege]?: number } = {
    'review:basic': 1,
    'review:senior': 2,
    'review:final': 3,
  };
  const table = PRIVILEGES.flatMap((privilege) =>
    ([1, 2, 3] as const).flatMap((own) =>
      ([1, 2, 3] as const).map((level) => ({
        privilege,
        own,
        level,
        expected: refusal(REACH[privilege], own, level),
      })),
    ),
  );

  it('has at least this privilege and this level', async () => {
    proves('oversight.escalation.levels', 'spl.human-approval.escalation-level');
    expect(table).toHaveLength(PRIVILEGES.length * 9);
    for (const { privilege, own, level, expected } of table) {
      const who = person(9, { level: own, privileges: [privilege] });
      const r = await asked(level, [who]);
      const code = await codeRejectedBy(decide(r, who));
      expect([privilege, own, level, code]).toEqual([privilege, own, level, expected]);
    }
  });

  it('is on the roster with the key that signed', async () => {
    const r = await asked();
    expect(await codeRejectedBy(decide(r, nobody))).toBe('CRYPTO_OPERATOR_UNKNOWN');
    const impostor = person(8, { kid: alice.entry.kid });
    expect(await codeRejectedBy(decide(r, impostor))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(await codeRejectedBy(decide(r, stranger))).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await codeRejectedBy(r.ask())).toBe(PENDING);
  });

  it('is not whom a careless roster answers with', async () => {
    const r = rig({ waitMs: 0, operators: { byKid: async () => alice.entry } });
    await codeRejectedBy(r.ask());
    expect(await codeRejectedBy(decide(r, nobody))).toBe('CRYPTO_OPERATOR_UNKNOWN');
  });

  it('signs alone', async () => {
    const r = await asked();
    const review = await pendingOf(r);
    const signed = await signReview({
      review,
      verdict: 'approve',
      reason: 'fine',
      signer: alice.signer,
      now: 0,
    });
    const both = await cosignEnvelope(signed, bob.signer);
    expect(await codeRejectedBy(r.oversight.submit(both))).toBe('CRYPTO_OPERATOR_SIGNATURES');
  });

  it('signs a review, and not something else that a key may sign', async () => {
    const r = await asked();
    const review = await pendingOf(r);
    const iss = alice.signer.kid.split('#')[0];
    const other = await signEnvelope({
      type: 'ttp/policy@1',
      head: { iss: iss as never, iat: 0 },
      body: { review: review.id, digest: digestOf(review.request), verdict: 'approve', reason: 'fine' },
      signers: [alice.signer],
    });
    expect(await codeRejectedBy(r.oversight.submit(other))).toBe('CRYPTO_ENVELOPE_TYPE');
  });

  it('signed over this review and no other', async () => {
    proves('flaw.O1');
    const r = await asked();
    const review = await pendingOf(r);
    await codeRejectedBy(r.ask({ input: { amount: 1_000_000 } }));
    const other = (await r.oversight.pending()).find(({ id }) => id !== review.id);
    // The digest of the harmless one, sent in as the decision on the other.
    const mixed = { id: other?.id ?? '', request: review.request };
    const options = { verdict: 'approve', reason: 'fine', signer: alice.signer, now: 0 } as const;
    const signed = await signReview({ review: mixed, ...options });
    expect(await codeRejectedBy(r.oversight.submit(signed))).toBe('OVERSIGHT_DIGEST_MISMATCH');
    const unknown = await signReview({ review: { ...mixed, id: 'ff'.repeat(16) }, ...options });
    expect(await codeRejectedBy(r.oversight.submit(unknown))).toBe('OVERSIGHT_UNKNOWN_REVIEW');
  });

  it('decides once: the first decision that ends a review stands', async () => {
    proves('flaw.O2', 'law.O-3');
    const r = await asked();
    const review = await pendingOf(r);
    const denied = await decide(r, alice, { review, verdict: 'deny' });
    for (const verdict of ['approve', 'deny'] as const)
      for (const who of [alice, bob, chief])
        expect(await codeRejectedBy(decide(r, who, { review, verdict }))).toBe('OVERSIGHT_ALREADY_DECIDED');
    expect(await r.oversight.review(review.id)).toEqual(denied);
  });

  it('decides before the deadline, and never after', async () => {
    proves('flaw.O2', 'law.O-3');
    const r = await asked();
    const review = await pendingOf(r);
    if (review.state.at !== 'pending') throw new Error('not pending');
    r.clock.setWall(review.state.deadline);
    expect(await codeRejectedBy(decide(r, alice, { review }))).toBe('OVERSIGHT_ALREADY_DECIDED');
    r.clock.setWall(review.state.deadline - 1);
    expect((await decide(r, alice, { review })).state.at).toBe('approved');
  });
});

describe('an approval as the store has it', () => {
  it('is worth nothing without the signatures, whoever wrote it there', async () => {
    proves('flaw.O1');
    const r = await asked();
    const forged = await asked();
    await decide(forged, alice);
    const key = `oversight/review/${(await pendingOf(r)).id}`;
    const text = async () => new TextDecoder().decode((await r.storage.store.get(key))?.value);
    const review = await pendingOf(r);
    const put = (parts: Partial<Review>) =>
      r.storage.store.put(key, new TextEncoder().encode(JSON.stringify({ ...review, ...parts })));
    const approved = await decide(r, alice);
    if (approved.state.at !== 'approved') throw new Error('not approved');
    const [vote] = approved.state.votes;
    if (vote === undefined) throw new Error('no vote');
    const genuine = await text();

    // Somebody else's vote, another operator's name, conditions dropped, an approval out of nothing.
    const variants = [
      { ...vote, envelope: vote.envelope.replace('looked at it', 'looked at that') },
      { ...vote, human: 'human-9' },
      { ...vote, conditions: { maxUses: 100 } },
      { ...vote, envelope: '{}' },
    ];
    const codes = [];
    for (const forgery of variants) {
      await put({ state: { at: 'approved', votes: [forgery] }, usesLeft: 1 });
      codes.push(await codeRejectedBy(r.ask()));
    }
    expect(codes).toEqual([
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
      'OVERSIGHT_DIGEST_MISMATCH',
      'OVERSIGHT_DIGEST_MISMATCH',
      'CRYPTO_ENVELOPE_SHAPE',
    ]);
    // Approved once more with the same signature, for more money.
    await put({
      request: { ...review.request, input: { amount: 1_000_000 } },
      state: approved.state,
      usesLeft: 1,
    });
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_DIGEST_MISMATCH');
    await r.storage.store.put(key, new TextEncoder().encode(genuine));
    expect(await codeRejectedBy(r.ask())).toBeUndefined();
  });

  it('does not answer for another call that the store points to it', async () => {
    proves('flaw.O1', 'law.O-1');
    const r = await asked();
    const { id } = await decide(r, alice, { conditions: { maxUses: 9 } });
    const calls = async () => {
      const keys: string[] = [];
      for await (const key of r.storage.store.list('oversight/call/')) keys.push(key);
      return keys;
    };
    const before = await calls();
    await codeRejectedBy(r.ask({ input: { amount: 1_000_000 } }));
    for (const key of await calls())
      if (!before.includes(key)) await r.storage.store.put(key, new TextEncoder().encode(id));
    expect(await codeRejectedBy(r.ask({ input: { amount: 1_000_000 } }))).toBe('OVERSIGHT_DIGEST_MISMATCH');
    expect((await r.oversight.review(id))?.usesLeft).toBe(9);
  });

  it('does not count for a lower level that somebody wrote there', async () => {
    proves('flaw.O1');
    const r = await asked(3);
    const review = await pendingOf(r);
    const key = `oversight/review/${review.id}`;
    const lowered = JSON.stringify({ ...review, terms: { ...review.terms, level: 1 } });
    await r.storage.store.put(key, new TextEncoder().encode(lowered));
    expect((await decide(r, alice)).state.at).toBe('approved');
    expect(await codeRejectedBy(r.ask({ params: { level: 3 } }))).toBe('OVERSIGHT_DIGEST_MISMATCH');
  });

  it('ends with the operator who leaves the roster', async () => {
    const people = [alice, bob];
    const r = await asked(1, people);
    await decide(r, alice, { conditions: { maxUses: 9 } });
    expect(await codeRejectedBy(r.ask())).toBeUndefined();
    people.shift();
    expect(await codeRejectedBy(r.ask())).toBe('CRYPTO_OPERATOR_UNKNOWN');
  });
});

describe('dual control', () => {
  it('takes two humans, who sign over the same digest; the second confirms the first by id', async () => {
    proves('flaw.O3', 'law.O-2', 'oversight.conditions.second-approval');
    const r = await asked();
    const first = await decide(r, alice, { conditions: TWO });
    expect(first.state.at).toBe('seconding');
    expect(first.usesLeft).toBe(0);
    expect(await codeRejectedBy(r.ask())).toBe(PENDING);
    const second = await decide(r, bob, { conditions: { maxUses: 3 } });
    if (second.state.at !== 'approved') throw new Error('not approved');
    expect(second.state.votes.map(({ human }) => human)).toEqual(['human-1', 'human-2']);
    expect(second.usesLeft).toBe(3);
    for (let use = 0; use < 3; use++) await r.ask();
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_APPROVAL_EXHAUSTED');
    expect(r.events.at(-1)?.data).toMatchObject({ operators: ['operator-1', 'operator-2'] });
  });

  it('is not one human with two accounts, two keys, or one key under two names', async () => {
    proves('flaw.O3', 'law.O-2', 'oversight.conditions.second-approval');
    // Another name and another key id, but the key is alice's.
    const twin = person(1, { id: 'operator-10', human: 'human-10', kid: `${alice.entry.kid}2` });
    const sameId = person(11, { id: 'operator-1', human: 'human-11' });
    const r = await asked(1, [alice, alice2, twin, sameId, bob]);
    await decide(r, alice, { conditions: TWO });
    for (const who of [alice, alice2, twin, sameId])
      expect(await codeRejectedBy(decide(r, who))).toBe('OVERSIGHT_CONFLICT');
    expect((await decide(r, bob)).state.at).toBe('approved');
  });

  it.each([1, 2] as const)('is not the owner of the agent as approver %i', async (position) => {
    proves('flaw.O3', 'law.O-2', 'oversight.conditions.second-approval');
    const owner = position === 1 ? alice : bob;
    const r = await asked(1, undefined, () => [owner.entry.human]);
    if (position === 2) await decide(r, alice, { conditions: TWO });
    expect(await codeRejectedBy(decide(r, owner, { conditions: TWO }))).toBe('OVERSIGHT_CONFLICT');
    expect(await codeRejectedBy(r.ask())).toBe(PENDING);
  });

  it('leaves the owner and the first approver free to deny: stopping is cheap', async () => {
    const r = await asked(1, undefined, () => ['human-2']);
    await decide(r, alice, { conditions: TWO });
    expect((await decide(r, alice, { verdict: 'deny' })).state.at).toBe('denied');
    const owned = await asked(1, undefined, () => ['human-2']);
    expect((await decide(owned, bob, { verdict: 'deny' })).state.at).toBe('denied');
  });

  it('asks of the second what it asks of the first', async () => {
    const r = await asked(2);
    await decide(r, senior, { conditions: TWO });
    expect(await codeRejectedBy(decide(r, alice))).toBe('OVERSIGHT_NO_PRIVILEGE');
    expect((await decide(r, chief)).state.at).toBe('approved');
  });

  it('is not met by an approval that does not say what it confirms', async () => {
    proves('flaw.O3');
    const r = await asked();
    const review = await pendingOf(r);
    const early = { review, verdict: 'approve', reason: 'fine', now: 0 } as const;
    // Signed before the first decision: bob has not seen alice's conditions.
    const blind = await signReview({ ...early, signer: bob.signer });
    await decide(r, alice, { conditions: TWO });
    expect(await codeRejectedBy(r.oversight.submit(blind))).toBe('OVERSIGHT_NOT_SECONDED');
    const wrong = await signReview({ ...early, signer: bob.signer, seconds: envelopeId(blind) });
    expect(await codeRejectedBy(r.oversight.submit(wrong))).toBe('OVERSIGHT_NOT_SECONDED');
    const first = await signReview({ ...early, signer: bob.signer, seconds: envelopeId(blind) });
    const alone = await asked();
    expect(await codeRejectedBy(decide(alone, bob, { seconds: envelopeId(first) }))).toBe(
      'OVERSIGHT_NOT_SECONDED',
    );
  });

  it('ends at the deadline of the review: a first approval wins no time and permits nothing', async () => {
    proves('flaw.O2', 'law.O-4');
    const r = rig();
    const call = codeRejectedBy(r.ask({ params: { timeoutMs: 60_000 } }));
    await r.clock.advance(59_000);
    const first = await decide(r, alice, { conditions: TWO });
    await r.clock.advance(1250);
    expect(await call).toBe('OVERSIGHT_TIMEOUT');
    expect(await codeRejectedBy(decide(r, bob, { review: first }))).toBe('OVERSIGHT_ALREADY_DECIDED');
  });

  it('keeps the conditions of both: neither widens what the other allows', async () => {
    proves('flaw.O7');
    const r = await asked();
    await decide(r, alice, {
      conditions: { ...TWO, maxUses: 2, maxValue: { field: 'amount', value: 50 } },
    });
    const both = await decide(r, bob, {
      conditions: { maxUses: 90, maxValue: { field: 'amount', value: 5000 } },
    });
    expect(both.usesLeft).toBe(2);
    expect(await codeRejectedBy(r.ask())).toBe('OVERSIGHT_CONDITION_UNMET');
    // Silence of the second is one use, whatever the first would have allowed.
    const silent = await asked();
    await decide(silent, alice, { conditions: TWO });
    expect((await decide(silent, bob)).usesLeft).toBe(1);
  });
});
