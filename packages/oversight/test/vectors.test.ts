import { memory } from '@ttp/adapters/memory';
import { asDid, type Json, type JsonObject, type Operator } from '@ttp/core';
import {
  createSigner,
  encodeEnvelope,
  fromHex,
  hex,
  IDENTITY_PURPOSES,
  keyPairOf,
  signEnvelope,
} from '@ttp/crypto';
import { didKey } from '@ttp/did';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type Approvals, createApprovals } from '../src/approvals.js';
import { type Conditions, parseConditions, requireConditions } from '../src/conditions.js';
import { verifyDecision } from '../src/decision.js';
import { digestOf, type ReviewRequest } from '../src/index.js';
import { type Review, reviewStore } from '../src/record.js';

interface DecisionCase {
  readonly review: {
    readonly id: string;
    readonly request: ReviewRequest;
    readonly level: 1 | 2 | 3;
    readonly openedAt: number;
    readonly timeoutMs: number;
  };
  /** The humans who own the agent. */
  readonly owners: readonly string[];
  /** In this order; all but the last one are accepted. */
  readonly decisions: readonly {
    readonly at: number;
    /** Of the Ed25519 key that signs, 32 bytes, hexadecimal; its key id is that of its did:key. */
    readonly seed: string;
    /** As the roster has the holder of the key; without, it has none. */
    readonly operator?: Omit<Operator, 'kid' | 'publicKey'>;
    readonly body: JsonObject;
  }[];
  readonly expect?: { readonly state: string; readonly usesLeft: number };
  readonly code?: string;
}

async function submit(
  approvals: Approvals,
  { at, seed, operator, body }: DecisionCase['decisions'][number],
  owners: readonly string[],
): Promise<Review> {
  const bytes = fromHex(seed);
  const { publicKey } = keyPairOf(bytes);
  const did = didKey(publicKey);
  const kid = `${did}#${did.slice('did:key:'.length)}`;
  const signer = createSigner({ seed: bytes, kid, purposes: IDENTITY_PURPOSES });
  const head = { iss: asDid(did), iat: at };
  const envelope = await signEnvelope({ type: 'ttp/review@1', head, body, signers: [signer] });
  const byKid = async () => operator && { ...operator, kid, publicKey };
  return approvals.decide(await verifyDecision(encodeEnvelope(envelope), { byKid }, at), owners);
}

describe('decisions', () => {
  it.each(vectors<DecisionCase>('oversight/decisions'))('$name', async (vector) => {
    proves('flaw.O7', 'oversight.decisions.required-fields', 'oversight.submit-decision');
    const { request, level, timeoutMs, ...rest } = vector.review;
    const { store } = memory();
    const clock = fakeClock(rest.openedAt);
    await reviewStore(store).create({
      ...rest,
      request,
      terms: { from: 'rule:a', reason: 'asked', level, timeoutMs },
      state: { at: 'pending', deadline: rest.openedAt + timeoutMs },
      usesLeft: 0,
    });
    const approvals = createApprovals(store, { clock, random: seededRandom(1) });
    const last = vector.decisions.at(-1);
    if (last === undefined) throw new Error('no decisions');
    for (const decision of vector.decisions.slice(0, -1)) {
      clock.setWall(decision.at);
      await submit(approvals, decision, vector.owners);
    }
    clock.setWall(last.at);
    const before = await approvals.read(rest.id);
    const decided = submit(approvals, last, vector.owners);
    if (vector.expect === undefined) {
      expect(await codeRejectedBy(decided)).toBe(vector.code);
      expect(await approvals.read(rest.id)).toEqual(before);
      return;
    }
    const { state, usesLeft } = await decided;
    expect({ state: state.at, usesLeft }).toEqual(vector.expect);
    expect((await approvals.read(rest.id))?.state).toEqual(state);
    // What was signed is kept, and can be verified by whoever reads the record.
    if (state.at === 'approved') {
      const kept = state.votes.at(-1)?.envelope ?? '';
      expect(JSON.parse(kept)).toMatchObject({ type: 'ttp/review@1', body: last.body });
    }
  });
});

describe('conditions', () => {
  interface ConditionCase {
    readonly conditions: Json;
    readonly input: Json;
    readonly resource: string;
    readonly now: number;
    readonly expect?: 'met';
    readonly code?: string;
  }
  it.each(vectors<ConditionCase>('oversight/conditions'))('$name', ({ conditions, code, now, ...action }) => {
    proves('flaw.O7', 'oversight.conditions.max-value', 'oversight.conditions.expires-at');
    const parsed: Conditions = parseConditions(conditions);
    expect(parsed).toEqual(conditions);
    expect(codeThrownBy(() => requireConditions(parsed, action, now))).toBe(code);
  });
});

/** The definition, naively: SHA-256 of the members in order of name, with the hash of the arguments for them. */
async function naiveDigest({ input, ...rest }: ReviewRequest): Promise<string> {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, member]) => [key, sorted(member)]),
        )
      : value;
  const hash = async (value: unknown): Promise<string> => {
    const bytes = new TextEncoder().encode(JSON.stringify(sorted(value)));
    return `sha256:${hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))}`;
  };
  return hash({ ...rest, arguments: await hash(input) });
}

describe('the digest', () => {
  it('is over every member of the request, with the arguments by their hash', async () => {
    proves('flaw.O1');
    for (const { name, review } of vectors<DecisionCase>('oversight/decisions'))
      expect([name, digestOf(review.request)]).toEqual([name, await naiveDigest(review.request)]);
  });
});
