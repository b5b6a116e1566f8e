import {
  asDid,
  type Did,
  type DidDocument,
  type Envelope,
  isHash,
  isTtpError,
  type Json,
  type JsonObject,
} from '@ttp/core';
import { decodeEnvelope } from '@ttp/crypto';
import {
  type KeyLogResolver,
  type KnownRevocations,
  keyLookup,
  type RevocationAuthorities,
  readRevocations,
  verifyStatusList,
} from '@ttp/did';
import { inFile, readJson } from '../../files/files.js';
import { statementOf } from '../../files/statement.js';
import { HintedError } from '../../hints.js';
import { didOf } from './identities.js';
import { REVOCATION_TYPE, RULING_TYPE, STATUS_LIST_TYPE } from './revoke.js';

/** What a command line says of revocations. */
export interface RevocationOptions {
  /** Files with revocations, rulings and status lists. */
  readonly revocations: readonly string[];
  readonly authority: readonly string[];
  readonly atLeast?: number;
}

/**
 * Reads the statements in files, and of them those that count: status lists have to verify, statements without authority
 * are left out and named.
 *
 * @throws CLI_STATEMENT, CLI_FILE_*, CLI_USAGE, DID_STATUS_LIST_STALE, and the codes of `verifyEnvelope` for a list
 */
export async function knownRevocations(
  { revocations, authority, atLeast }: RevocationOptions,
  local: KeyLogResolver,
  now: number,
): Promise<KnownRevocations> {
  const authorities = authoritiesOf(authority, atLeast);
  const statements: Envelope[] = [];
  for (const file of revocations) statements.push(...(await statementsIn(file, local, now)));
  const keyOf = keyLookup(await documentsOf(statements, local));
  const ancestors = await ancestorsIn(statements, local);
  return readRevocations(statements, {
    keyOf,
    ancestorsOf: (did) => ancestors.get(did) ?? [],
    ...(authorities === undefined ? {} : { authorities }),
  });
}

function authoritiesOf(
  authority: readonly string[],
  atLeast: number | undefined,
): RevocationAuthorities | undefined {
  if (authority.length === 0 && atLeast === undefined) return undefined;
  if (atLeast === undefined || atLeast > authority.length)
    throw new HintedError(
      'CLI_USAGE',
      'authorities revoke together: so many of those there are',
      '--authority <did> --authority <did> --at-least 2',
      'atLeast',
    );
  return { of: authority.map(didOf), atLeast };
}

async function statementsIn(file: string, local: KeyLogResolver, now: number): Promise<readonly Envelope[]> {
  const json: Json = await readJson(file, { field: 'revocations' });
  const statement = inFile(file, 'revocations', () =>
    statementOf(json, [REVOCATION_TYPE, RULING_TYPE, STATUS_LIST_TYPE]),
  );
  if (statement.type !== STATUS_LIST_TYPE) return [statement];
  const issuer = statement.head.iss;
  const keyOf = keyLookup(await documentsOf([statement], local));
  const list = inFile(file, 'revocations', () => verifyStatusList(statement, { issuer, keyOf, now }));
  return list.statements.map((text) => decodeEnvelope(text));
}

/** The documents of those who signed, as far as they are known here: nobody else's signature counts. */
export async function documentsOf(
  statements: readonly Envelope[],
  local: KeyLogResolver,
): Promise<readonly DidDocument[]> {
  const signers = new Set(
    statements.flatMap(({ sigs }) => sigs.map(({ kid }) => asDid(kid.slice(0, kid.indexOf('#'))))),
  );
  const documents: DidDocument[] = [];
  for (const did of signers) {
    const document = await ifKnown(() => local.resolve(did));
    if (document !== undefined) documents.push(document);
  }
  return documents;
}

async function ancestorsIn(
  statements: readonly Envelope[],
  local: KeyLogResolver,
): Promise<ReadonlyMap<Did, readonly Did[]>> {
  const ancestors = new Map<Did, readonly Did[]>();
  for (const { body } of statements) {
    const did = subjectIn(body);
    if (did !== undefined) ancestors.set(did, (await ifKnown(() => local.ancestors(did))) ?? []);
  }
  return ancestors;
}

function subjectIn({ subject }: JsonObject): Did | undefined {
  if (typeof subject !== 'string' || isHash(subject)) return undefined;
  try {
    return didOf(subject);
  } catch (error) {
    if (isTtpError(error)) return undefined; // refused where the statement is read
    throw error;
  }
}

/** What is asked for, where it is known. */
export async function ifKnown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isTtpError(error)) return undefined;
    throw error;
  }
}
