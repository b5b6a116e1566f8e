import type { JsonObject } from '@ttp/core';
import { type Audience, reputationOf, type Slot } from '@ttp/score';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { table } from '../../table.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';
import { didOf } from '../did/identities.js';
import { type BookSources, bookOf } from './book.js';

/** `ttp trust show`: what is attested of an identity, as far as it shares that, and what it comes to. */
export async function run({
  options,
  args: [did = ''],
  io,
}: Call<BookSources & { readonly for: Audience }>): Promise<Answer> {
  const { clock } = io;
  const subject = didOf(did);
  const { book, ignored } = await bookOf(options, io);
  const ratings = book.sharedWith(subject, options.for).map((slot) => ratingOf(slot, clock.now()));
  const { attestations, restingPosterior } = book.standingOf(subject, clock.now());
  const { independentClusters, counted } = reputationOf(attestations);
  const gaming = book.gaming.verdicts.get(subject);
  const standing = {
    posterior: restingPosterior,
    counted: counted.length,
    independentClusters,
    vouched: book.isVouchedFor(subject, clock.now()),
    patterns: gaming?.flags ?? [],
    quarantined: gaming?.quarantined ?? false,
  };
  return {
    exit: EXIT.ok,
    json: {
      did: subject,
      for: options.for,
      ratings,
      ...standing,
      ignored: ignored.map(({ index, code, field }) => ({
        index,
        code,
        ...(field === undefined ? {} : { field }),
      })),
    },
    text: () =>
      [
        subject,
        `reputation  ${restingPosterior} of 10000, by ${counted.length} issuers`,
        `independent ${independentClusters} clusters${standing.vouched ? ', and vouched for' : ''}`,
        ...(standing.patterns.length === 0 ? [] : [`patterns    ${standing.patterns.join(', ')}`]),
        ...(ratings.length === 0 ? [] : [tableOf(ratings)]),
        ...ignored.map(({ index, code }) => `statement ${index + 1} does not count: ${code}`),
      ].join('\n'),
  };
}

type Row = {
  readonly id: string;
  readonly issuer: string;
  readonly overall: number;
  readonly at: number;
  readonly expiresAt: number;
  readonly state: 'counts' | 'expired' | 'retracted';
  readonly rating: JsonObject;
};

function ratingOf({ attestation, at, retraction }: Slot, now: number): Row {
  const { id, issuer, rating, expiresAt } = attestation;
  const state = retraction !== undefined ? 'retracted' : now < expiresAt ? 'counts' : 'expired';
  return { id, issuer, overall: rating.overall, at, expiresAt, state, rating };
}

const tableOf = (rows: readonly Row[]): string =>
  table(
    ['issuer', 'stars', 'at', 'until', 'state'],
    rows.map(({ issuer, overall, at, expiresAt, state }) => [
      issuer,
      String(overall),
      timeText(at),
      timeText(expiresAt),
      state,
    ]),
    WIDTH,
  );

/** Wide enough for a DID and two times; narrower terminals break the lines. */
const WIDTH = 140;
