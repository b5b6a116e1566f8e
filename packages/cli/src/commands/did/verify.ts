import { isTtpError } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { readJson } from '../../files/files.js';
import type { Call } from '../../verb.js';
import { isSameDocument } from './show.js';
import { type SubjectSources, subjectOf } from './subject.js';

interface VerifyOptions extends SubjectSources {
  readonly did?: string;
  readonly document?: string;
}

/** `ttp did verify`: whether a key log is sound, and belongs to whom it should. */
export async function run({
  options: { did, document: file, ...sources },
  args: [text = ''],
  io,
}: Call<VerifyOptions>): Promise<Answer> {
  const theirs = file === undefined ? undefined : await readJson(file, { field: 'document' });
  try {
    const { document, keyLog = [] } = await subjectOf(text, sources, io);
    const { id } = document;
    if (did !== undefined && did !== id) return refusal('DID_LOG_MISMATCH', `it is the key log of ${id}`);
    if (theirs !== undefined && !isSameDocument(theirs, document))
      return refusal('DID_BAD_DOCUMENT', `the document is not the one that the key log of ${id} stands for`);
    const key = document.verificationMethod[0]?.publicKeyMultibase ?? '';
    return {
      exit: EXIT.ok,
      json: { verified: true, did: id, entries: keyLog.length, publicKey: key },
      text: ({ good }) => `${good('verified')}  ${id}\nkey in force  ${key}`,
    };
  } catch (error) {
    // What is wrong with an identity is the answer to this question, not a fault.
    if (!isTtpError(error) || !/^(?:DID_|CRYPTO_)/.test(error.code)) throw error;
    return refusal(error.code, error.message);
  }
}

const refusal = (code: string, message: string): Answer => ({
  exit: EXIT.no,
  json: { verified: false, code, message },
  text: ({ bad }) => `${bad('NOT VERIFIED')}: ${visible(message)} [${code}]`,
});
