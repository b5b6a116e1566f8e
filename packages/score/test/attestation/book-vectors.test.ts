import { asHash, type Did, type Hash } from '@ttp/core';
import { attestationBook, reputationOf, type StatedAt } from '@ttp/score';
import { proves, type VectorCase, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { DAY, didOf, NOW, STARS, sessionOf } from './parties.js';

/** Issuer, subject, stars, day of the rating, day of its end, and what became of it. */
type Line = readonly [string, string, number, number, number, ('retracted' | 'twin')?];

interface BookVector extends VectorCase {
  readonly why: string;
  readonly roots: readonly string[];
  /** Identities of one cluster. */
  readonly house?: readonly string[];
  readonly ratings: readonly Line[];
  readonly day: number;
  readonly expect: {
    readonly posterior: number;
    readonly independentClusters: number;
    readonly counted: number;
  };
}

const idOf = (n: number): Hash => asHash(`sha256:${n.toString(16).padStart(64, '0')}`);

function statedOf([from, to, overall, day, end, what]: Line, i: number): readonly StatedAt[] {
  const [issuer, subject] = [didOf(from), didOf(to)];
  const session = sessionOf(what === 'twin' ? 'twin' : `session ${i}`);
  const at = NOW + day * DAY;
  const rating: StatedAt = {
    at,
    statement: {
      kind: 'attestation',
      id: idOf(i),
      attestation: `att_${issuer} ${session}`,
      subject,
      issuer,
      issuedAt: at,
      expiresAt: NOW + end * DAY,
      session,
      receipt: idOf(0),
      rating: STARS(overall),
    },
  };
  if (what !== 'retracted') return [rating];
  const retraction = {
    kind: 'retraction',
    id: idOf(1000 + i),
    issuer,
    attestation: idOf(i),
    reason: 'mistaken',
    at,
  } as const;
  return [rating, { at, statement: retraction }];
}

it.each([...vectors<BookVector>('score/book')])(
  '$name',
  ({ roots, house = [], ratings, day, expect: expected }) => {
    proves('law.S-6');
    const members = new Set<Did>(house.map((name) => didOf(name)));
    const book = attestationBook(ratings.flatMap(statedOf), {
      roots: roots.map((name) => didOf(name)),
      clusterOf: (did) => (members.has(did) ? 'house' : did),
    });
    const { attestations, restingPosterior } = book.standingOf(didOf('s'), NOW + day * DAY);
    const { counted, independentClusters } = reputationOf(attestations);
    expect({ posterior: restingPosterior, independentClusters, counted: counted.length }).toEqual(expected);
  },
);
