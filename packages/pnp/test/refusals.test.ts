import { base64url, createReplayGuard, decodeEnvelope, hashJson } from '@ttp/crypto';
import { loadPolicy } from '@ttp/spl';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { agreementHash, agreementOf, meet } from '../src/index.js';
import { type Changes, forged } from './forge.js';
import {
  ALICE,
  BOB,
  begin,
  CAROL,
  converse,
  deliver,
  endOf,
  pair,
  policyText,
  refusals,
  type Side,
  START,
  sentAs,
  side,
} from './rig.js';

/** The last message of a side, changed by its own signer or by another. */
const changed = (from: Side, changes: Changes, signer = from.signer): Promise<string> =>
  forged(from.outbox.at(-1) ?? '', signer, changes);

/** Two sides after so many messages: 1 offer, 2 acceptance, 3 finalisation. */
async function upTo(
  messages: number,
): Promise<{ readonly a: Side; readonly b: Side; readonly next: string }> {
  const { a, b } = await pair();
  const carried = await converse(a, b, messages);
  const from = carried.length % 2 === 0 ? a : b;
  return { a, b, next: from.outbox.at(-1) ?? '' };
}

const twoPolicies = (): { readonly own: string; readonly theirs: string } => ({
  own: policyText({}, 'initiator'),
  theirs: policyText({}, 'responder'),
});
const meetOf = (a: string, b: string): string => {
  const { agreement } = meet(agreementOf(loadPolicy(a)), agreementOf(loadPolicy(b)));
  return agreement === undefined ? '' : agreementHash(agreement);
};

/** The refusal, with the state as it was. */
async function refusal(one: Side, bytes: string, now = 1): Promise<string | undefined> {
  const before = one.state;
  const said = one.outbox.length;
  await deliver(one, bytes, { now });
  expect(one.state).toBe(before);
  expect(one.outbox).toHaveLength(said);
  return refusals(one).at(-1);
}

describe('what counts for nothing', () => {
  it('is an own message sent back', async () => {
    proves('pnp.messages');
    const { a } = await pair();
    expect(await refusal(a, a.outbox[0] ?? '')).toBe('PNP_REFLECTED');
    expect(await refusal(a, await changed(a, { head: { aud: ALICE.did } }))).toBe('PNP_REFLECTED');
  });

  it('is a message of a third party, under its own name or that of the peer', async () => {
    const { a, b } = await pair();
    expect(await refusal(b, await changed(a, { head: { iss: CAROL.did } }, CAROL))).toBe('PNP_FOREIGN_PARTY');
    expect(await refusal(b, await changed(a, {}, CAROL))).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
  });

  it('is a message for somebody else', async () => {
    const { a, b } = await pair();
    expect(await refusal(b, await changed(a, { head: { aud: CAROL.did } }))).toBe('CRYPTO_ENVELOPE_AUDIENCE');
  });

  it('is a message with another signature, or of another time', async () => {
    const { a, b } = await pair();
    const offer = a.outbox[0] ?? '';
    const { sigs } = decodeEnvelope(offer);
    const sig = sigs[0]?.sig ?? '';
    const other = offer.replace(sig, `${sig.startsWith('A') ? 'B' : 'A'}${sig.slice(1)}`);
    expect(await refusal(b, other)).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    const stamped = (iat: number): Promise<string> => changed(a, { head: { iat } });
    expect(await refusal(b, await stamped(START - 300_000))).toBe('CRYPTO_MESSAGE_STALE');
    expect(await refusal(b, await stamped(START + 60_002))).toBe('CRYPTO_MESSAGE_FUTURE');
  });

  it('is what is no message of a negotiation, or no envelope', async () => {
    const { a, b } = await pair();
    expect(await refusal(b, await changed(a, { type: 'ttp/challenge@1' }))).toBe('PNP_UNKNOWN_TYPE');
    expect(await refusal(b, '{}')).toBe('CRYPTO_ENVELOPE_SHAPE');
    expect(await refusal(b, 'x')).toBe('CRYPTO_JSON_SYNTAX');
    expect(await refusal(b, `"${'x'.repeat(262_144)}"`)).toBe('CRYPTO_JSON_TOO_LARGE');
  });

  it('is an offer that was taken in another negotiation', async () => {
    const replay = createReplayGuard({ bootAt: 0 });
    const { a, b } = await pair({}, { replay });
    await converse(a, b);
    const again = side('responder', { replay });
    await begin(again);
    expect(await refusal(again, a.outbox[0] ?? '')).toBe('CRYPTO_REPLAYED');
  });

  it('is a message before the last one of the peer', async () => {
    proves('pnp.messages');
    const { a, b } = await upTo(3);
    expect(await refusal(b, a.outbox[0] ?? '')).toBe('PNP_REPLAYED');
  });

  it('is what the peer said in another session', async () => {
    proves('pnp.messages');
    const { a } = await upTo(1);
    const other = await pair({ session: base64url(new Uint8Array(32).fill(9)) });
    await converse(other.a, other.b, 1);
    expect(await refusal(a, other.b.outbox[0] ?? '')).toBe('PNP_OTHER_SESSION');
    // Even if it follows the right message.
    const prev = a.state.sent;
    const moved = await changed(other.b, { head: prev === undefined ? {} : { prev } });
    expect(await refusal(a, moved)).toBe('PNP_OTHER_SESSION');
  });

  it('is another session than the one that a responder waits for', async () => {
    const { a } = await pair();
    const waiting = side('responder', { session: base64url(new Uint8Array(32).fill(1)) });
    await begin(waiting);
    expect(await refusal(waiting, a.outbox[0] ?? '')).toBe('PNP_OTHER_SESSION');
  });

  it('is anything but an offer for who waits for one: it may be of any other session', async () => {
    const { b } = await upTo(2);
    const fresh = await pair();
    const acceptance = b.outbox[0] ?? '';
    const asIf = await forged(acceptance, ALICE, { head: { iss: ALICE.did, aud: BOB.did } });
    expect(await refusal(fresh.b, asIf)).toBe('PNP_OTHER_SESSION');
  });

  it('is an offer whose deadline has passed', async () => {
    const { a, b } = await pair();
    for (const deadline of [START, START + 1]) {
      const late = await changed(a, {
        head: { nonce: base64url(new Uint8Array(32).fill(deadline - START)) },
        body: { deadline },
      });
      expect(await refusal(b, late)).toBe('PNP_EXPIRED');
    }
  });

  it('is anything after the end', async () => {
    const { a, b, next } = await upTo(3);
    await deliver(a, next);
    expect([endOf(a), endOf(b)]).toEqual(['AGREED', 'AGREED']);
    const more = await forged(next, BOB, { body: { round: 2 } });
    expect(await refusal(a, more)).toBe('PNP_OUT_OF_TURN');
  });
});

describe('what the peer signed and should not have', () => {
  const theirs = policyText({}, 'b');
  const cases: readonly {
    readonly name: string;
    readonly after: number;
    readonly changes: () => Changes;
    readonly code: string;
  }[] = [
    {
      name: 'a member that nobody knows',
      after: 0,
      changes: () => ({ body: { extra: 1 } }),
      code: 'PNP_UNKNOWN_FIELD',
    },
    {
      name: 'a member that another message has',
      after: 0,
      changes: () => ({ body: { conflicts: '[]' } }),
      code: 'PNP_UNKNOWN_FIELD',
    },
    {
      name: 'an unknown member in an acceptance',
      after: 1,
      changes: () => ({ body: { critical: [] } }),
      code: 'PNP_UNKNOWN_FIELD',
    },
    {
      name: 'an unknown member beside a policy',
      after: 0,
      changes: () => ({ body: { policy: { ...sentAs(theirs), of: 'x' } } }),
      code: 'PNP_UNKNOWN_FIELD',
    },
    { name: 'another version', after: 0, changes: () => ({ body: { v: 2 } }), code: 'PNP_UNKNOWN_VERSION' },
    { name: 'an older version', after: 1, changes: () => ({ body: { v: 0 } }), code: 'PNP_UNKNOWN_VERSION' },
    { name: 'no version', after: 0, changes: () => ({ without: ['v'] }), code: 'PNP_UNKNOWN_VERSION' },
    { name: 'no policy', after: 0, changes: () => ({ without: ['policy'] }), code: 'PNP_BAD_MESSAGE' },
    { name: 'no deadline', after: 0, changes: () => ({ without: ['deadline'] }), code: 'PNP_BAD_MESSAGE' },
    {
      name: 'a deadline as text',
      after: 0,
      changes: () => ({ body: { deadline: '9' } }),
      code: 'PNP_BAD_MESSAGE',
    },
    {
      name: 'a deadline further ahead than clocks may differ',
      after: 0,
      changes: () => ({ body: { deadline: START + 150_002 } }),
      code: 'PNP_BAD_DEADLINE',
    },
    { name: 'an offer of round 2', after: 0, changes: () => ({ body: { round: 2 } }), code: 'PNP_ROUND' },
    { name: 'round 4', after: 0, changes: () => ({ body: { round: 4 } }), code: 'PNP_ROUNDS_EXCEEDED' },
    { name: 'round 0', after: 0, changes: () => ({ body: { round: 0 } }), code: 'PNP_BAD_MESSAGE' },
    {
      name: 'an acceptance of another round',
      after: 1,
      changes: () => ({ body: { round: 2 } }),
      code: 'PNP_ROUND',
    },
    {
      name: 'an offer that follows something',
      after: 0,
      changes: () => ({ head: { prev: hashJson('x') } }),
      code: 'PNP_CHAIN',
    },
    {
      name: 'an acceptance that follows something else',
      after: 1,
      changes: () => ({ head: { prev: hashJson('x') } }),
      code: 'PNP_CHAIN',
    },
    {
      name: 'a policy with the hash of another',
      after: 0,
      changes: () => ({ body: { policy: { ...sentAs(theirs), text: policyText() } } }),
      code: 'PNP_POLICY_HASH',
    },
    {
      name: 'a policy that does not load',
      after: 0,
      changes: () => ({ body: { policy: { ...sentAs(theirs), text: '{"version":"9"}' } } }),
      code: 'SPL_UNKNOWN_VERSION',
    },
    {
      name: 'a policy of more than 50 KB',
      after: 0,
      changes: () => ({ body: { policy: { ...sentAs(theirs), text: `${theirs}${' '.repeat(51_200)}` } } }),
      code: 'SPL_TOO_LARGE',
    },
    {
      name: 'a capability that is in no registry',
      after: 0,
      changes: () => ({ body: { policy: sentAs(policyText({ offers: { capabilities: ['root'] } })) } }),
      code: 'PNP_UNKNOWN_CAPABILITY',
    },
    {
      name: 'an acceptance of another agreement',
      after: 1,
      changes: () => ({ body: { agreement: hashJson('x') } }),
      code: 'PNP_DOWNGRADE',
    },
    {
      name: 'an acceptance of the own policy alone',
      after: 1,
      changes: () => ({ body: { agreement: meetOf(twoPolicies().theirs, twoPolicies().theirs) } }),
      code: 'PNP_DOWNGRADE',
    },
    {
      name: 'an acceptance with a policy that does not fit',
      after: 1,
      changes: () => ({
        body: { policy: sentAs(policyText({ requirements: { requiredCapabilities: ['data:phi'] } })) },
      }),
      code: 'PNP_DOWNGRADE',
    },
    {
      name: 'an acceptance dressed as a counter of the same round',
      after: 1,
      changes: () => ({ type: 'ttp/pnp-counter@1', without: ['agreement'] }),
      code: 'PNP_ROUND',
    },
    {
      name: 'a second offer',
      after: 1,
      changes: () => ({ type: 'ttp/pnp-offer@1', without: ['agreement'], body: { deadline: START + 9 } }),
      code: 'PNP_OUT_OF_TURN',
    },
    {
      name: 'a finalisation of what was not accepted',
      after: 1,
      changes: () => ({
        type: 'ttp/pnp-finalize@1',
        without: ['policy'],
        body: { transcript: hashJson([]), signature: { kid: BOB.kid, sig: 'A'.repeat(86) } },
      }),
      code: 'PNP_OUT_OF_TURN',
    },
    {
      name: 'a finalisation of another agreement',
      after: 2,
      changes: () => ({ body: { agreement: hashJson('x') } }),
      code: 'PNP_DOWNGRADE',
    },
    {
      name: 'a finalisation of other messages',
      after: 2,
      changes: () => ({ body: { transcript: hashJson([]) } }),
      code: 'PNP_TRANSCRIPT',
    },
    {
      name: 'a finalisation of another round',
      after: 2,
      changes: () => ({ body: { round: 3 } }),
      code: 'PNP_ROUND',
    },
    {
      name: 'a finalisation with a signature that does not verify',
      after: 2,
      changes: () => ({ body: { signature: { kid: ALICE.kid, sig: 'A'.repeat(86) } } }),
      code: 'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    },
    {
      name: 'a finalisation with a signature of somebody else',
      after: 2,
      changes: () => ({ body: { signature: { kid: CAROL.kid, sig: 'A'.repeat(86) } } }),
      code: 'CRYPTO_ENVELOPE_FOREIGN_SIGNER',
    },
    {
      name: 'a finalisation with the signature of the reader',
      after: 2,
      changes: () => ({ body: { signature: { kid: BOB.kid, sig: 'A'.repeat(86) } } }),
      code: 'CRYPTO_ENVELOPE_FOREIGN_SIGNER',
    },
    {
      name: 'an acknowledgement of another agreement',
      after: 3,
      changes: () => ({ body: { agreement: hashJson('x') } }),
      code: 'PNP_DOWNGRADE',
    },
    {
      name: 'an acknowledgement of another round',
      after: 3,
      changes: () => ({ body: { round: 2 } }),
      code: 'PNP_ROUND',
    },
    {
      name: 'an acknowledgement with a signature that does not verify',
      after: 3,
      changes: () => ({ body: { signature: { kid: BOB.kid, sig: 'A'.repeat(86) } } }),
      code: 'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    },
    {
      name: 'an acknowledgement with the signature of the reader',
      after: 3,
      changes: () => ({ body: { signature: { kid: ALICE.kid, sig: 'A'.repeat(86) } } }),
      code: 'CRYPTO_ENVELOPE_DUPLICATE_KEY_ID',
    },
    {
      name: 'conflicts that are none',
      after: 1,
      changes: () => ({
        type: 'ttp/pnp-reject@1',
        without: ['policy', 'agreement'],
        body: { conflicts: '[{}]' },
      }),
      code: 'PNP_BAD_MESSAGE',
    },
  ];

  it.each(cases)('ends it: $name', async ({ after, changes, code }) => {
    proves('pnp.messages', 'flaw.N4');
    const { a, b, next } = await upTo(after);
    const [reader, signer] = after % 2 === 0 ? [b, ALICE] : [a, BOB];
    await deliver(reader, await forged(next, signer, changes()));
    expect(endOf(reader)).toBe(code);
    expect(reader.state.certificate).toBeUndefined();
    // Why it ended is there to be logged.
    expect(reader.log.at(-1)).toMatchObject({ do: 'ended', end: { to: 'ABORTED', code } });
  });

  it('ends it: a second message in its turn, although the first was answered', async () => {
    const { a, b } = await pair();
    const first = a.outbox[0] ?? '';
    await deliver(b, first);
    const second = await forged(first, ALICE, { head: { nonce: base64url(new Uint8Array(32)) } });
    await deliver(b, second);
    expect(endOf(b)).toBe('PNP_CHAIN');
  });
});
