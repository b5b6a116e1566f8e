import { type Did, type Envelope, isDid, type Json } from '@ttp/core';
import { keyLookup } from '@ttp/did';
import { type AttestationBook, attestationBook, type Ignored, readStatements } from '@ttp/score';
import { inFile, readJson } from '../../files/files.js';
import { readOperators } from '../../files/operators.js';
import { statementOf } from '../../files/statement.js';
import type { Io } from '../../io.js';
import { didOf, type Sources, withIdentities } from '../did/identities.js';
import { documentsOf, ifKnown } from '../did/revocations.js';

/** What a command line says of where reputation comes from. */
export interface BookSources extends Pick<Sources, 'store' | 'with'> {
  /** Files with receipts, attestations, retractions, choices and vouches: one, or a list of them. */
  readonly statements: readonly string[];
  readonly root: readonly string[];
  readonly operators?: string;
}

/** The types of envelopes that reputation is made of. */
const TYPES = [
  'ttp/receipt@1',
  'ttp/attestation@1',
  'ttp/attestation-retraction@1',
  'ttp/reputation-share@1',
  'ttp/vouch@1',
];

/**
 * The book of the statements in files, by the keys of the identities that are known; what does not count is named.
 *
 * @throws CLI_STATEMENT, CLI_FILE_*, CLI_OPERATORS_FILE, and the codes of identities and storages
 */
export async function bookOf(
  sources: BookSources,
  io: Io,
): Promise<{ readonly book: AttestationBook; readonly ignored: readonly Ignored[] }> {
  const operators =
    sources.operators === undefined ? undefined : await readOperators(sources.operators, 'operators');
  const envelopes = (await Promise.all(sources.statements.map(statementsIn))).flat();
  return withIdentities(sources, io, async ({ local }) => {
    const above = new Map<Did, readonly Did[]>();
    for (const { body } of envelopes)
      for (const did of [body['subject'], body['issuer']])
        if (typeof did === 'string' && isDid(did) && !above.has(did))
          above.set(did, (await ifKnown(() => local.ancestors(did))) ?? []);
    const { stated, ignored } = await readStatements(
      envelopes.map((envelope) => ({ envelope })),
      {
        keyOf: keyLookup(await documentsOf(envelopes, local)),
        ancestorsOf: (did) => above.get(did) ?? [],
        ...(operators === undefined ? {} : { operators }),
        now: io.clock.now(),
      },
    );
    const clusterOf = (did: Did): string => above.get(did)?.at(-1) ?? did;
    return { book: attestationBook(stated, { roots: sources.root.map(didOf), clusterOf }), ignored };
  });
}

async function statementsIn(file: string): Promise<readonly Envelope[]> {
  const json: Json = await readJson(file, { field: 'statements' });
  const list: readonly Json[] = Array.isArray(json) ? json : [json];
  return inFile(file, 'statements', () => list.map((one) => statementOf(one, TYPES)));
}
