import { asDid, asEpoch, asHash, type Json, type JsonObject, type Store, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson, plainCopy } from '@ttp/crypto';
import * as z from 'zod/mini';
import { parseConditions } from './conditions.js';
import { REVIEW_MAX_BYTES, REVIEW_WRITE_ATTEMPTS } from './limits.js';
import type { ReviewRequest, ReviewTerms } from './request.js';
import type { ReviewState } from './review-machine.js';

/** A review, as the store keeps it and every process on that store reads it. */
export interface Review {
  readonly id: string;
  readonly request: ReviewRequest;
  readonly terms: ReviewTerms;
  /** When it was opened: wall clock, ms. */
  readonly openedAt: number;
  readonly state: ReviewState;
  /** How often an approval may still be used. */
  readonly usesLeft: number;
}

const count = z.int().check(z.nonnegative());
/** To the end of what a Date can show. */
const time = z.int().check(z.nonnegative(), z.maximum(8_640_000_000_000_000));
const text = z.string();
const hash = z.pipe(text, z.transform(asHash));
const did = z.pipe(text, z.transform(asDid));
const json = z.custom<Json>((value) => value !== undefined);
const object = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

const voteSchema = z.strictObject({
  id: hash,
  envelope: text,
  operator: text,
  human: text,
  key: text,
  reason: text,
  conditions: z.pipe(json, z.transform(parseConditions)),
});

const schema = z.strictObject({
  id: text,
  request: z.strictObject({
    nonce: text,
    agent: did,
    target: text,
    action: text,
    resource: text,
    input: json,
    claims: z.exactOptional(object),
    policy: hash,
    epoch: z.pipe(count, z.transform(asEpoch)),
    notAfter: time,
    maxUses: count,
  }),
  terms: z.strictObject({ from: text, reason: text, level: z.literal([1, 2, 3]), timeoutMs: count }),
  openedAt: time,
  state: z.discriminatedUnion('at', [
    z.strictObject({ at: z.literal('pending'), deadline: time }),
    z.strictObject({ at: z.literal('seconding'), deadline: time, first: voteSchema }),
    z.strictObject({
      at: z.literal('approved'),
      votes: z.array(voteSchema).check(z.minLength(1), z.maxLength(2)),
    }),
    z.strictObject({ at: z.literal('denied'), vote: voteSchema }),
    z.strictObject({ at: z.literal('expired') }),
  ]),
  usesLeft: count,
});

const REVIEWS = 'oversight/review/';
const reviewKey = (id: string): string => REVIEWS + id;

/** The reviews of one store. */
export interface ReviewStore {
  /** Throws OVERSIGHT_RECORD_UNREADABLE for what is there and is no review. */
  read(id: string): Promise<Review | undefined>;
  /** False where there is one of this id. Throws OVERSIGHT_TOO_LARGE. */
  create(review: Review): Promise<boolean>;
  /**
   * Applies `change` to what the store says now, by compare-and-set, until it fits. `change` returns the review
   * unchanged to leave it, and throws to refuse.
   *
   * @throws OVERSIGHT_UNKNOWN_REVIEW, OVERSIGHT_CONTENTION
   */
  update(id: string, change: (review: Review) => Review): Promise<Review>;
  /** For a review that no call is attached to. */
  remove(id: string): Promise<void>;
}

/** Reviews under `oversight/review/` of a store, where other processes find them. */
export function reviewStore(store: Store): ReviewStore {
  /** The writers of this process take turns on a review; those of others are met by compare-and-set. */
  const turns = new Map<string, Promise<void>>();

  async function read(id: string): Promise<{ review: Review; version: number } | undefined> {
    const found = await store.get(reviewKey(id));
    return found === undefined ? undefined : { review: decode(found.value, id), version: found.version };
  }
  async function compareAndSet(id: string, change: (review: Review) => Review): Promise<Review> {
    for (let attempt = 0; attempt < REVIEW_WRITE_ATTEMPTS; attempt++) {
      const found = await read(id);
      if (found === undefined)
        throw new TtpError('OVERSIGHT_UNKNOWN_REVIEW', `no review ${id}`, { field: 'review' });
      const changed = change(found.review);
      if (changed === found.review) return changed;
      if (await store.put(reviewKey(id), encode(changed), found.version)) return changed;
    }
    throw new TtpError('OVERSIGHT_CONTENTION', `the review ${id} kept changing`);
  }

  return {
    read: async (id) => (await read(id))?.review,
    async create(review) {
      const bytes = encode(review);
      // What cannot be read back would keep operators from every other review.
      if (bytes.length > REVIEW_MAX_BYTES)
        throw new TtpError('OVERSIGHT_TOO_LARGE', `a review of ${bytes.length} bytes`, { field: 'input' });
      return store.put(reviewKey(review.id), bytes, 0);
    },
    async update(id, change) {
      // Many calls on one approval would otherwise all try, and all but one in vain, again and again.
      const before = turns.get(id);
      const { promise: turn, resolve: done } = Promise.withResolvers<void>();
      turns.set(id, turn);
      await before;
      try {
        return await compareAndSet(id, change);
      } finally {
        done();
        if (turns.get(id) === turn) turns.delete(id);
      }
    },
    async remove(id) {
      await store.delete(reviewKey(id));
    },
  };
}

const encode = (review: Review): Uint8Array => canonicalBytes(plainCopy(review));

function decode(bytes: Uint8Array, id: string): Review {
  try {
    const review = z.parse(schema, parseJson(bytes, { profile: 'foreign' }));
    if (review.id === id) return review;
  } catch (cause) {
    throw new TtpError('OVERSIGHT_RECORD_UNREADABLE', `the stored review ${id} cannot be read`, { cause });
  }
  throw new TtpError('OVERSIGHT_RECORD_UNREADABLE', `the stored review ${id} is of another id`);
}
