import type { Did, Envelope } from '@ttp/core';
import { envelopeId, signEnvelope } from '@ttp/crypto';
import {
  type Attestation,
  type AttestationBook,
  attestationBook,
  type BookOptions,
  type ReadContext,
  readStatements,
  reputationOf,
  type Slot,
  type StatedAt,
  signAttestation,
  signRetraction,
  signShare,
  signVouch,
  trustReport,
} from '@ttp/score';
import { codeThrownBy, proves, type SeededRandom, type TestSigner, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { facts } from '../facts.js';
import { DAY, didOf, keyOf, NOW, party, rated, STARS, sessionOf, stated } from './parties.js';

const [A, B, C, S] = [party('a'), party('b'), party('c'), party('s')];
const ROOTS = [party('r1'), party('r2'), party('r3'), party('r4')];
const roots = ROOTS.map(({ did }) => did);

const CONTEXT: ReadContext = { keyOf, ancestorsOf: () => [], now: NOW + 400 * DAY };

async function bookOf(
  envelopes: readonly Envelope[],
  options: BookOptions = { roots },
): Promise<AttestationBook> {
  const { stated: read, ignored } = await readStatements(stated(...envelopes), CONTEXT);
  expect(ignored).toEqual([]);
  return attestationBook(read, options);
}

const scoreIn = (book: AttestationBook, subject: Did, now = NOW) =>
  trustReport(facts(book.standingOf(subject, now)));

describe('a heap of envelopes', () => {
  it('is read as far as it can be: what is none changes nothing, and is reported with its place', async () => {
    const [one, other] = [await rated(A, S), await rated(B, S, { name: 'other' })];
    const spoilt = { ...other.attestation, body: { ...other.attestation.body, rating: STARS(1) } };
    const policy = await signEnvelope({
      type: 'ttp/policy@1',
      head: { iss: A.did, iat: NOW },
      body: {},
      signers: [A],
    });
    const heap = [
      { envelope: 'rubbish' },
      ...stated(one.attestation, spoilt, other.attestation, policy, one.receipt),
    ];
    const { stated: read, receipts, ignored } = await readStatements(heap, CONTEXT);
    expect(read.map(({ statement }) => statement.id)).toEqual([one.id]);
    expect([...receipts.keys()]).toEqual([envelopeId(one.receipt)]);
    expect(ignored).toEqual([
      { index: 0, code: 'CRYPTO_JSON_SYNTAX', field: '' },
      { index: 2, code: 'CRYPTO_ENVELOPE_BAD_SIGNATURE', field: 'sigs[0]' },
      { index: 3, code: 'SCORE_ATTESTATION_RECEIPT', field: 'body.receipt' },
      { index: 4, code: 'SCORE_UNKNOWN_STATEMENT', field: 'type' },
    ]);
    const known = new Map([
      [envelopeId(other.receipt), (await readStatements(stated(other.receipt), CONTEXT)).receipts],
    ]);
    const again = await readStatements(stated(other.attestation), {
      ...CONTEXT,
      receiptOf: (id) => known.get(id)?.get(id),
    });
    expect(again.ignored).toEqual([]);
  });
});

describe('the voice of an issuer', () => {
  it('is its newest rating; an older one does not come back when that expires', async () => {
    const good = await rated(A, S, { name: 'one', at: NOW, overall: 5, expiresAt: NOW + 300 * DAY });
    const bad = await rated(A, S, { name: 'two', at: NOW + DAY, overall: 1, expiresAt: NOW + 10 * DAY });
    const book = await bookOf([good.receipt, good.attestation, bad.receipt, bad.attestation]);
    const ratingAt = (day: number) =>
      book.standingOf(S.did, NOW + day * DAY).attestations.map(({ rating }) => rating);
    expect(ratingAt(0)).toEqual([]); // the newest was not there yet, and the book is of the whole prefix
    expect(ratingAt(2)).toEqual([1]);
    expect(ratingAt(11)).toEqual([]);
    expect(book.ratingsOf(S.did).map(({ attestation }) => attestation.rating.overall)).toEqual([5, 1]);
  });

  it('is one for each session: of two the worse counts, and the second is a finding', async () => {
    proves('score.attestation.interaction');
    const one = await rated(A, S, { overall: 2 });
    const better = await signAttestation({
      subject: S.did,
      session: sessionOf('session'),
      receipt: envelopeId(one.receipt),
      rating: STARS(5),
      signer: A,
      now: NOW + 1,
    });
    for (const order of [
      [one.attestation, better],
      [better, one.attestation],
    ]) {
      const book = await bookOf([one.receipt, ...order]);
      const { attestations } = book.standingOf(S.did, NOW + DAY);
      expect(attestations).toMatchObject([{ rating: 2, at: NOW }]);
      expect(book.findings.filter((finding) => 'code' in finding)).toEqual([
        { code: 'SCORE_ATTESTATION_TWICE', id: envelopeId(better), issuer: A.did },
      ]);
    }
  });

  it('does not count where both belong to one house', async () => {
    proves('flaw.S6');
    const one = await rated(A, S);
    const house = new Map<Did, string>([
      [A.did, 'acme'],
      [S.did, 'acme'],
    ]);
    const book = await bookOf([one.receipt, one.attestation], {
      roots,
      clusterOf: (did) => house.get(did) ?? did,
    });
    expect(book.standingOf(S.did, NOW).attestations).toEqual([]);
    expect(book.findings).toContainEqual({ code: 'SCORE_ATTESTATION_IN_HOUSE', id: one.id, issuer: A.did });
  });
});

describe('a retraction', () => {
  it('is by the issuer alone, leaves a tombstone and closes the session', async () => {
    proves('flaw.S6');
    const one = await rated(A, S, { overall: 5 });
    const mine = await signRetraction({ attestation: one.id, reason: 'disputed', signer: A, now: NOW + 2 });
    const foreign = await signRetraction({
      attestation: one.id,
      reason: 'mistaken',
      signer: S,
      now: NOW + 1,
    });
    const unknown = await signRetraction({
      attestation: envelopeId(mine),
      reason: 'mistaken',
      signer: A,
      now: NOW,
    });
    const again = await signAttestation({
      subject: S.did,
      session: sessionOf('session'),
      receipt: envelopeId(one.receipt),
      rating: STARS(4),
      signer: A,
      now: NOW + 3,
    });
    const before = await bookOf([one.receipt, one.attestation, foreign, unknown]);
    expect(before.standingOf(S.did, NOW).attestations).toMatchObject([{ rating: 5 }]);
    expect(before.findings).toEqual(
      expect.arrayContaining([
        { code: 'SCORE_RETRACTION_FOREIGN', id: envelopeId(foreign), issuer: S.did },
        { code: 'SCORE_ATTESTATION_UNKNOWN', id: envelopeId(unknown), issuer: A.did },
      ]),
    );
    const book = await bookOf([one.receipt, one.attestation, foreign, mine, again]);
    expect(book.standingOf(S.did, NOW + DAY).attestations).toMatchObject([{ rating: 3, at: NOW }]);
    expect(book.ratingsOf(S.did)).toMatchObject([
      { retraction: { id: envelopeId(mine), reason: 'disputed' } },
    ]);
    expect(scoreIn(book, S.did, NOW + DAY).reputationBp).toBe(0);
  });

  it('is not to be paid for: a bad rating that was taken back stays as bad as it was', async () => {
    proves('flaw.S6');
    const bad = await rated(A, S, { overall: 1 });
    const good = await rated(B, S, { name: 'good', overall: 5 });
    const paid = await signRetraction({ attestation: bad.id, reason: 'withdrawn', signer: A, now: NOW + 1 });
    const heap = [bad.receipt, bad.attestation, good.receipt, good.attestation];
    const [before, after] = [await bookOf(heap), await bookOf([...heap, paid])];
    expect(scoreIn(after, S.did)).toEqual(scoreIn(before, S.did));
  });

  it('takes a word for a reason and the id of an envelope, and nothing else', async () => {
    const one = await rated(A, S);
    const body = { version: '1.0', attestation: one.id, reason: 'mistaken' };
    const read = async (changed: object, head = {}) => {
      const envelope = await signEnvelope({
        type: 'ttp/attestation-retraction@1',
        head: { iss: A.did, iat: NOW, ...head },
        body: { ...body, ...changed },
        signers: [A],
      });
      const { ignored } = await readStatements(stated(envelope), CONTEXT);
      return ignored.map(({ code, field }) => [code, field]);
    };
    expect(await read({})).toEqual([]);
    for (const [changed, field] of [
      [{ reason: 'he paid' }, 'body.reason'],
      [{ attestation: 'att_1' }, 'body.attestation'],
      [{ version: '2.0' }, 'body.version'],
      [{ note: 'x' }, 'body.note'],
    ] as const)
      expect(await read(changed)).toEqual([['SCORE_BAD_RETRACTION', field]]);
    expect(await read({}, { exp: NOW + DAY })).toEqual([['SCORE_BAD_RETRACTION', 'head.exp']]);
  });
});

describe('what a subject shares', () => {
  it('is nothing until it says so, and then all of it, with whom it says', async () => {
    proves('decision.D25');
    const one = await rated(A, S);
    const heap = [one.receipt, one.attestation];
    const bad = await rated(B, S, { name: 'bad', overall: 1 });
    const seen = async (...choices: readonly Envelope[]) => {
      const book = await bookOf([...heap, bad.receipt, bad.attestation, ...choices]);
      return (['public', 'peers', 'subject'] as const).map((audience) => {
        let slots: readonly Slot[] = [];
        const code = codeThrownBy(() => (slots = book.sharedWith(S.did, audience)));
        return code ?? slots.length;
      });
    };
    const no = 'SCORE_NOT_SHARED';
    expect(await seen()).toEqual([no, no, 2]);
    expect(await seen(await signShare('public', S, NOW))).toEqual([2, 2, 2]);
    expect(await seen(await signShare('peers', S, NOW))).toEqual([no, 2, 2]);
    expect(await seen(await signShare('none', S, NOW))).toEqual([no, no, 2]);
    // The latest holds; of two at one time the one that shares less.
    expect(await seen(await signShare('public', S, NOW), await signShare('none', S, NOW + 1))).toEqual([
      no,
      no,
      2,
    ]);
    expect(await seen(await signShare('none', S, NOW), await signShare('public', S, NOW + 1))).toEqual([
      2, 2, 2,
    ]);
    for (const [a, b] of [
      ['public', 'peers'],
      ['peers', 'public'],
    ] as const)
      expect(await seen(await signShare(a, S, NOW), await signShare(b, S, NOW))).toEqual([no, 2, 2]);
    for (const [a, b] of [
      ['none', 'peers'],
      ['peers', 'none'],
    ] as const)
      expect(await seen(await signShare(a, S, NOW), await signShare(b, S, NOW))).toEqual([no, no, 2]);
  });

  it('is for nobody else to say', async () => {
    const body = { version: '1.0', subject: S.did, share: 'public' };
    const head = { iss: A.did, iat: NOW };
    const envelope = await signEnvelope({ type: 'ttp/reputation-share@1', head, body, signers: [A] });
    const { stated: read, ignored } = await readStatements(stated(envelope), CONTEXT);
    expect(read).toEqual([]);
    expect(ignored).toMatchObject([{ code: 'SCORE_BAD_SHARE', field: 'body.subject' }]);
  });
});

/** The clusters that count for S when these rate it well. */
async function clusters(raters: readonly TestSigner[], options: BookOptions = { roots }): Promise<number> {
  const heap: Envelope[] = [];
  for (const rater of raters) {
    const one = await rated(rater, S, { name: `to s of ${rater.did}` });
    heap.push(one.receipt, one.attestation);
  }
  return scoreIn(await bookOf(heap, options), S.did).independentClusters;
}

describe('what opens what score alone must not', () => {
  it('is three roots, or whoever an operator verified and a path from a root leads to', async () => {
    proves('flaw.S1');
    expect(await clusters(ROOTS.slice(0, 3))).toBe(3);
    expect(await clusters([A, B, C])).toBe(0);
    expect(await clusters(ROOTS.slice(0, 3), { roots: [] })).toBe(0);
    const sameHouse = new Map<Did, string>(roots.map((did) => [did, 'one house']));
    expect(await clusters(ROOTS.slice(0, 3), { roots, clusterOf: (did) => sameHouse.get(did) ?? did })).toBe(
      1,
    );
  });

  it('ends with the path: a rating on it that expires, is bad or is taken back opens nothing', async () => {
    proves('flaw.S1');
    const operator = party('operator');
    const operators = {
      byKid: async (kid: string) =>
        kid === operator.kid
          ? {
              id: 'o',
              human: 'o',
              kid,
              publicKey: operator.publicKey,
              level: 3 as const,
              privileges: ['policy:sign' as const],
            }
          : undefined,
    };
    const verified = await signVouch(
      { subject: A.did, tier: 'enhanced', notAfter: NOW + 60 * DAY },
      operator,
      NOW - 1,
    );
    const [r1] = ROOTS;
    if (r1 === undefined) throw new Error('no root');
    const path = await rated(r1, A, { name: 'path', at: NOW - 1, expiresAt: NOW + 30 * DAY });
    const mine = await rated(A, S, { name: 'mine', expiresAt: NOW + 90 * DAY });
    const back = await signRetraction({ attestation: path.id, reason: 'mistaken', signer: r1, now: NOW });
    const worse = await rated(r1, A, { name: 'worse', overall: 3 });
    const count = async (heap: readonly Envelope[], now = NOW, context = { ...CONTEXT, operators }) => {
      const { stated: read } = await readStatements(stated(...heap), context);
      return scoreIn(attestationBook(read, { roots }), S.did, now).independentClusters;
    };
    const heap = [verified, path.receipt, path.attestation, mine.receipt, mine.attestation];
    expect(await count(heap)).toBe(1);
    expect(await count(heap.slice(1))).toBe(0); // nobody verified A
    expect(await count(heap, NOW + 31 * DAY)).toBe(0); // the path has expired
    expect(await count(heap, NOW + 61 * DAY)).toBe(0);
    expect(await count([...heap, back])).toBe(0);
    expect(await count([...heap, worse.receipt, worse.attestation])).toBe(0);
    expect(await count([verified, mine.receipt, mine.attestation])).toBe(0);
    expect(await count(heap, NOW, { ...CONTEXT, operators: { byKid: async () => undefined } })).toBe(0);
    // A path that begins later opens nothing earlier.
    const later = await rated(r1, A, { name: 'later', at: NOW + DAY });
    const laterOnly = [verified, later.receipt, later.attestation, mine.receipt, mine.attestation];
    expect([await count(laterOnly), await count(laterOnly, NOW + DAY)]).toEqual([0, 1]);
    // The vouch of the operator ends before the path of another root that does not.
    const long = await rated(r1, A, { name: 'long', at: NOW, expiresAt: NOW + 80 * DAY });
    const longer = [...heap, long.receipt, long.attestation];
    expect(await count(longer, NOW + 59 * DAY)).toBe(1);
    expect(await count(longer, NOW + 60 * DAY)).toBe(0);
  });
});

/** Slots of at most eight issuers and a few roots about one subject and one another, as verified statements. */
function randomStatements(random: SeededRandom): StatedAt[] {
  const names = [...roots, ...Array.from({ length: 8 }, (_, i) => didOf(`i${i}`)), S.did];
  const all: StatedAt[] = [];
  for (let n = 4 + random.int(24); n > 0; n--) {
    const issuer = random.pick(names);
    const subject = random.chance(0.6) ? S.did : random.pick(names);
    if (issuer === subject) continue;
    const at = NOW + random.int(20) * DAY;
    const session = sessionOf(`s${random.int(40)}`);
    const statement: Attestation = {
      kind: 'attestation',
      id: idOf(all.length),
      attestation: `att_${issuer} ${subject} ${session}`,
      subject,
      issuer,
      issuedAt: at,
      expiresAt: at + (1 + random.int(30)) * DAY,
      session,
      receipt: idOf(1),
      rating: STARS(1 + random.int(5)),
    };
    all.push({ statement, at });
  }
  return all;
}

const idOf = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}` as Attestation['id'];

function randomRetractions(random: SeededRandom, all: readonly StatedAt[], ids = 1000): StatedAt[] {
  return all.flatMap(({ statement }, i): StatedAt[] =>
    statement.kind === 'attestation' && random.chance(0.3)
      ? [
          {
            statement: {
              kind: 'retraction',
              id: idOf(ids + i),
              issuer: statement.issuer,
              attestation: statement.id,
              reason: 'withdrawn',
              at: NOW + random.int(3) * DAY,
            },
            at: NOW + random.int(30) * DAY,
          },
        ]
      : [],
  );
}

it('an issuer in a circle is of low trust, one that only trust reaches standard, and a root basic', async () => {
  const [r1] = ROOTS;
  if (r1 === undefined) throw new Error('no root');
  const heap: Envelope[] = [];
  const rates = async (from: TestSigner, to: TestSigner) => {
    const one = await rated(from, to, { name: `${from.did} to ${to.did}` });
    heap.push(one.receipt, one.attestation);
  };
  const alone = party('alone');
  for (const one of [A, B, C, alone]) await rates(r1, one);
  for (const [from, to] of [
    [A, B],
    [B, C],
    [C, A],
    [B, A],
    [C, B],
    [A, C],
  ] as const)
    await rates(from, to);
  for (const one of [A, alone, r1]) await rates(one, S);
  // All of them are old, and none was made together with another: the circle is the only pattern beside few raters.
  const createdAt = new Map([A, B, C, alone].map(({ did }, i) => [did, i * 30 * DAY] as const));
  const { attestations } = (await bookOf(heap, { roots, createdAt })).standingOf(S.did, NOW);
  const tiers = new Map(attestations.map(({ issuer, tier }) => [issuer, tier]));
  expect([tiers.get(A.did), tiers.get(alone.did), tiers.get(r1.did)]).toEqual([
    'lowTrust',
    'standard',
    'basic',
  ]);
});

describe('laws', () => {
  it('time alone moves reputation towards the prior, and opens nothing', async () => {
    proves('law.S-6');
    let moved = 0;
    await withSeed('time and reputation', 60, (random) => {
      const all = randomStatements(random);
      const book = attestationBook([...all, ...randomRetractions(random, all)], { roots });
      const last = Math.max(NOW, ...all.map(({ at }) => at));
      const lastRating = Math.max(NOW, ...book.ratingsOf(S.did).map(({ at }) => at));
      let before = scoreIn(book, S.did, lastRating);
      // What the book says at once is what whoever looked every day since the last rating would have come to.
      let naive = reputationOf(book.standingOf(S.did, lastRating).attestations).posterior;
      expect(before.posterior).toBe(naive);
      for (let time = lastRating + DAY; time <= last + 31 * DAY; time += DAY) {
        const now = scoreIn(book, S.did, time);
        const alive = reputationOf(book.standingOf(S.did, time).attestations).posterior;
        if (book.nextChange(time - DAY) > time) expect(now).toEqual(before);
        naive = alive * naive <= 0 ? 0 : Math.sign(naive) * Math.min(Math.abs(naive), Math.abs(alive));
        expect(now.posterior).toBe(naive);
        expect(Math.abs(now.posterior)).toBeLessThanOrEqual(Math.abs(before.posterior));
        expect(now.posterior * before.posterior).toBeGreaterThanOrEqual(0);
        expect(now.totalBp).toBeLessThanOrEqual(before.totalBp);
        // Until the last word about anybody a path may still open.
        if (time > last) expect(now.independentClusters).toBeLessThanOrEqual(before.independentClusters);
        if (now.posterior !== before.posterior) moved++;
        before = now;
      }
      expect(before.posterior).toBe(0);
    });
    expect(moved).toBeGreaterThan(60);
  });

  it('a retraction never raises what its subject or its issuer reaches, at any time', async () => {
    proves('flaw.S6');
    let lowered = 0;
    await withSeed('retractions', 80, (random) => {
      const all = randomStatements(random);
      const honest = attestationBook(all, { roots });
      const retracted = attestationBook([...all, ...randomRetractions(random, all)], { roots });
      for (const did of [S.did, ...roots, didOf('i0'), didOf('i1')])
        for (const day of [5, 12, 19, 26, 33]) {
          const [a, b] = [honest, retracted].map((book) => scoreIn(book, did, NOW + day * DAY));
          if (a === undefined || b === undefined) throw new Error('two books');
          expect(b.posterior).toBeLessThanOrEqual(a.posterior);
          expect(b.independentClusters).toBeLessThanOrEqual(a.independentClusters);
          if (b.posterior < a.posterior) lowered++;
        }
    });
    expect(lowered).toBeGreaterThan(20);
  });

  it('any two nodes with the same log prefix compute the same, whatever order it came in and however often', async () => {
    proves('law.S-7');
    await withSeed('log prefixes', 100, (random) => {
      const all = randomStatements(random);
      const prefix = [...all, ...randomRetractions(random, all), ...randomRetractions(random, all, 2000)];
      // What comes a second time came when it came first.
      const again = prefix
        .filter(() => random.chance(0.3))
        .map(({ statement, at }) => ({ statement, at: at + DAY }));
      const shuffled = [...prefix, ...again]
        .map((one) => [random.int(1_000_000), one] as const)
        .sort(([a], [b]) => a - b)
        .map(([, one]) => one);
      const [one, other] = [attestationBook(prefix, { roots }), attestationBook(shuffled, { roots })];
      for (const did of [S.did, ...roots]) {
        const now = NOW + random.int(40) * DAY;
        const [a, b] = [scoreIn(one, did, now), scoreIn(other, did, now)];
        expect(JSON.stringify(a)).toBe(JSON.stringify(b));
        expect(one.ratingsOf(did)).toEqual(other.ratingsOf(did));
        expect(Object.values(a).every((n) => typeof n !== 'number' || Number.isInteger(n))).toBe(true);
      }
    });
  });

  it('the work of expiry is bounded: a thousand ratings that expire one after another still only fall', () => {
    proves('law.S-6');
    const all = Array.from({ length: 1000 }, (_, i): StatedAt => {
      const issuer = didOf(`many ${i}`);
      return {
        at: NOW,
        statement: {
          kind: 'attestation',
          id: idOf(i),
          attestation: `att_${i}`,
          subject: S.did,
          issuer,
          issuedAt: NOW,
          expiresAt: NOW + (i + 1) * 60_000,
          session: sessionOf('x'),
          receipt: idOf(1),
          rating: STARS(i % 7 === 0 ? 1 : 5),
        },
      };
    });
    const book = attestationBook(all, { roots });
    let before = scoreIn(book, S.did, NOW).posterior;
    for (let minute = 1; minute <= 1000; minute += 143) {
      const { posterior } = scoreIn(book, S.did, NOW + minute * 60_000);
      expect(posterior).toBeLessThanOrEqual(before);
      expect(posterior).toBeGreaterThanOrEqual(0);
      before = posterior;
    }
    expect(scoreIn(book, S.did, NOW + 1001 * 60_000)).toMatchObject({ posterior: 0, attestationCount: 0 });
  });
});
