import { asHash, type JsonObject, TtpError } from '@ttp/core';
import { createSigner, decryptKey, fromMultikey } from '@ttp/crypto';
import { ASSERTION_PURPOSES, issueCredential } from '@ttp/crypto/interop';
import { attestationCredential } from '@ttp/score';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readJson, requireAbsent, writeNew } from '../../files/files.js';
import { keyHeaderOf } from '../../files/key-header.js';
import type { Io } from '../../io.js';
import { passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';
import { didOf } from '../did/identities.js';
import { type BookSources, bookOf } from './book.js';

interface ExportOptions extends BookSources {
  readonly attestation: string;
  readonly key?: string;
  readonly out?: string;
}

/** `ttp trust export --vc`: an attestation as a W3C Verifiable Credential, where its subject shares it with everybody. */
export async function run({ options, args: [did = ''], io }: Call<ExportOptions>): Promise<Answer> {
  const { out, key } = options;
  if (out !== undefined) await requireAbsent(out, 'out');
  const { book } = await bookOf(options, io);
  const credential = attestationCredential(book, didOf(did), asHash(options.attestation));
  const issued = key === undefined ? credential : await issue(credential, key, io);
  if (out !== undefined) await writeNew(out, `${JSON.stringify(issued, null, 2)}\n`, 'out');
  return {
    exit: EXIT.ok,
    json: { signed: key !== undefined, ...(out === undefined ? { credential: issued } : { out }) },
    text: () => (out === undefined ? JSON.stringify(issued, null, 2) : `credential ${out}`),
  };
}

/** With a key of its own under the issuer's name: no key of an identity signs for other systems (decision D6). */
async function issue(credential: JsonObject, path: string, io: Io): Promise<JsonObject> {
  const json = await readJson(path, { field: 'key' });
  const { publicKey, key } = inFile(path, 'key', () => keyHeaderOf(json));
  const passphrase = await passphrases(io).get(path);
  const seed = await decryptKey(key, { passphrase, publicKey: fromMultikey(publicKey) });
  const { issuer } = credential;
  if (typeof issuer !== 'string')
    throw new TtpError('CLI_STATEMENT', 'nobody issued it', { field: 'attestation' });
  const kid = `${issuer}#${publicKey}`;
  const signer = createSigner({ seed, kid, purposes: ASSERTION_PURPOSES });
  return issueCredential({ credential, signer, created: io.clock.now() });
}
