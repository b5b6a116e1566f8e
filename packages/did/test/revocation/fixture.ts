import type { Did, Envelope, Hash } from '@ttp/core';
import { fakeClock, keysOf, type SeededRandom, testSigner } from '@ttp/testkit';
import {
  type IssueOptions,
  type Revocation,
  type RevocationBody,
  type RevocationContext,
  type Ruling,
  readRevocations,
  signRevocation,
} from '../../src/index.js';
import { identity } from '../fixture.js';

export const NOW = 1_800_000_000_000;
export const DAY = 86_400_000;

/** A publisher with a tool, somebody with neither, and three authorities of whom two are enough. */
export async function cast(): Promise<{
  readonly publisher: Party;
  readonly tool: Party;
  readonly stranger: Party;
  readonly authorities: readonly Party[];
  readonly context: RevocationContext;
}> {
  const publisher = await identity(1, { type: 'publisher' });
  const tool = await identity(2, { type: 'tool', parent: publisher });
  const stranger = await identity(3, { type: 'publisher' });
  const authorities = [4, 5, 6].map((n) => {
    const signer = testSigner(n);
    return { did: signer.did, signer };
  });
  const context: RevocationContext = {
    keyOf: keysOf(...[publisher, tool, stranger, ...authorities].map(({ signer }) => signer)),
    ancestorsOf: (did) => (did === tool.did ? [publisher.did] : []),
    authorities: { of: authorities.map(({ did }) => did), atLeast: 2 },
  };
  return { publisher, tool, stranger, authorities, context };
}

export type Party = { readonly did: Did; readonly signer: IssueOptions['signers'][number] };

/** A revocation of `subject`, by one party unless more sign. */
export function revoke(
  subject: Did | Hash,
  by: readonly Party[],
  statement: Partial<RevocationBody> = {},
  at: number = NOW,
): Promise<Envelope> {
  return signRevocation(
    { subject, tier: 'self', severity: 'low', cause: 'conduct', reason: 'a test', ...statement },
    { ...issuing(by), clock: fakeClock(at) },
  );
}

export function issuing(by: readonly Party[]): Pick<IssueOptions, 'issuer' | 'signers'> {
  const [first] = by;
  if (first === undefined) throw new Error('somebody has to sign');
  return { issuer: first.did, signers: by.map(({ signer }) => signer) };
}

/** Those of the statements that count. */
export const knownOf = (
  statements: readonly Envelope[],
  context: RevocationContext,
): readonly (Revocation | Ruling)[] => readRevocations(statements, context).known;

/** A hash nobody made. */
export const anyId = (random: SeededRandom): string =>
  `sha256:${Array.from({ length: 64 }, () => '0123456789abcdef'[random.int(16)]).join('')}`;
