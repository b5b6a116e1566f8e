import { type Clock, type Did, isJsonObject, type Signer } from '@ttp/core';
import type { Passphrases } from '../passphrase.js';
import { inFile, readJson } from './files.js';
import { openIdentityIn, parseIdentityFile } from './identity-file.js';
import { signerIn } from './operators.js';
import type { KeyLogs } from './standing.js';

/** Somebody who can sign, and by what others can verify it. */
export interface FileSigner {
  readonly did: Did;
  readonly signer: Signer;
  /** None for who is his key. */
  readonly logs?: KeyLogs;
}

/**
 * The signer in a file: an identity, or a key that is its own did:key.
 *
 * @throws CLI_IDENTITY_FILE, CLI_OPERATOR_KEY, CLI_FILE_*, CLI_PASSPHRASE_*, CRYPTO_KEY_FILE_*, DID_*
 */
export async function openSigner(
  path: string,
  {
    field,
    passphrases,
    clock,
  }: { readonly field: string; readonly passphrases: Passphrases; readonly clock: Clock },
): Promise<FileSigner> {
  const json = await readJson(path, { field });
  if (!isJsonObject(json) || json['keyLog'] === undefined)
    return signerIn(path, json, { field, passphrases });
  const logs = inFile(path, field, () => parseIdentityFile(json));
  const { did, signer } = await openIdentityIn(path, logs, { field, passphrases, clock });
  return { did, signer, logs };
}
