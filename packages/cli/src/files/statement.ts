import { type Envelope, isTtpError, type Json, type Signer } from '@ttp/core';
import { canonicalize, cosignEnvelope, decodeEnvelope, envelopeId } from '@ttp/crypto';
import { HintedError } from '../hints.js';
import { inFile, readJson } from './files.js';

/**
 * A statement that several sign: one envelope, as `ttp did` writes it. It holds no secret, and is passed on as a file.
 *
 * @param types the types that are expected
 * @throws CLI_STATEMENT, CLI_FILE_*
 */
export async function readStatement(path: string, types: readonly string[]): Promise<Envelope> {
  const json = await readJson(path, { field: 'statement' });
  return inFile(path, 'statement', () => statementOf(json, types));
}

/** Throws CLI_STATEMENT. */
export function statementOf(json: Json, types: readonly string[]): Envelope {
  try {
    const envelope = decodeEnvelope(canonicalize(json));
    if (types.includes(envelope.type)) return envelope;
  } catch (error) {
    if (!isTtpError(error)) throw error;
  }
  throw notOne(`no envelope of type ${types.join(' or ')}`);
}

/** The text of a statement, indented for people to read. */
export const formatStatement = (statement: Envelope): string => `${JSON.stringify(statement, null, 2)}\n`;

/**
 * One statement with the signatures of all of its copies.
 *
 * @throws CLI_STATEMENT where they are not copies of one another, or somebody's signatures differ
 */
export function mergeStatements(copies: readonly Envelope[]): Envelope {
  const [first] = copies;
  if (first === undefined) throw notOne('none was given');
  const sigs = new Map<string, string>();
  for (const copy of copies) {
    if (envelopeId(copy) !== envelopeId(first)) throw notOne('they do not say the same');
    for (const { kid, sig } of copy.sigs) {
      if ((sigs.get(kid) ?? sig) !== sig) throw notOne(`two signatures by ${kid}`);
      sigs.set(kid, sig);
    }
  }
  const merged = [...sigs].map(([kid, sig]) => ({ kid, sig })).sort((a, b) => (a.kid < b.kid ? -1 : 1));
  return { ...first, sigs: merged };
}

/** The statement with the signatures of these as well; who signed already is not asked again. */
export async function signFurther(statement: Envelope, signers: readonly Signer[]): Promise<Envelope> {
  let signed = statement;
  for (const signer of signers)
    if (!signed.sigs.some(({ kid }) => kid === signer.kid)) signed = await cosignEnvelope(signed, signer);
  return signed;
}

const notOne = (why: string): HintedError =>
  new HintedError(
    'CLI_STATEMENT',
    `not the statement that is meant: ${why}`,
    'the file that ttp did revoke, recover or name has written, or a copy of it that was signed further',
    'statement',
  );
