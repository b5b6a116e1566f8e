import { asDid, asEpoch, asHash, type Json, type Store, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson, plainCopy } from '@ttp/crypto';
import * as z from 'zod/mini';
import { parseConditions } from './conditions.js';
import { REVIEW_WRITE_ATTEMPTS } from './limits.js';
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

const time = z.int().check(z.nonnegative());
const text = z.string();
const hash = z.pipe(text, z.transform(asHash));
const did = z.pipe(text, z.transform(asDid));
const json = z.custom<Json>((value) => value !== undefined);

const voteSchema = z.strictObject({
  id: hash,
  operator: text,
  human: text,
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
    policy: hash,
    epoch: z.pipe(time, z.transform(asEpoch)),
    notAfter: time,
    maxUses: time,
  }),
  terms: z.strictObject({ reason: text, level: z.literal([1, 2, 3]), timeoutMs: time }),
  openedAt: time,
  state: z.discriminatedUnion('at', [
    z.strictObject({ at: z.literal('pending'), deadline: time }),
    z.strictObject({ at: z.literal('seconding'), deadline: time, first: voteSchema }),
    z.strictObject({ at: z.literal('approved'), votes: z.array(voteSchema) }),
    z.strictObject({ at: z.literal('denied'), vote: voteSchema }),
    z.strictObject({ at: z.literal('expired') }),
  ]),
  usesLeft: time,
});

const REVIEWS = 'oversight/review/';
const reviewKey = (id: string): string => REVIEWS + id;

/** The reviews of one store. */
export interface ReviewStore {
  /** Throws OVERSIGHT_RECORD_UNREADABLE for what is there and is no review. */
  read(id: string): Promise<Review | undefined>;
  /** False where there is one of this id. */
  create(review: Review): Promise<boolean>;
  /**
   * Applies `change` to what the store says now, by compare-and-set, until it fits. `change` returns the review
   * unchanged to leave it, and throws to refuse.
   *
   * @throws OVERSIGHT_UNKNOWN_REVIEW, OVERSIGHT_CONTENTION
   */
  update(id: string, change: (review: Review) => Review): Promise<Review>;
  /** All reviews, by id. */
  all(): AsyncIterable<Review>;
}

/** Reviews under `oversight/review/` of a store, where other processes find them. */
export function reviewStore(store: Store): ReviewStore {
  async function read(id: string): Promise<{ review: Review; version: number } | undefined> {
    const found = await store.get(reviewKey(id));
    return found === undefined ? undefined : { review: decode(found.value, id), version: found.version };
  }
  return {
    read: async (id) => (await read(id))?.review,
    create: (review) => store.put(reviewKey(review.id), encode(review), 0),
    async update(id, change) {
      for (let attempt = 0; attempt < REVIEW_WRITE_ATTEMPTS; attempt++) {
        const found = await read(id);
        if (found === undefined)
          throw new TtpError('OVERSIGHT_UNKNOWN_REVIEW', `no review ${id}`, { field: 'review' });
        const changed = change(found.review);
        if (changed === found.review) return changed;
        if (await store.put(reviewKey(id), encode(changed), found.version)) return changed;
      }
      throw new TtpError('OVERSIGHT_CONTENTION', `the review ${id} kept changing`);
    },
    async *all() {
      for await (const key of store.list(REVIEWS)) {
        const review = await read(key.slice(REVIEWS.length));
        if (review !== undefined) yield review.review;
      }
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
