import type { Did, Envelope, Signer } from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { requireAbsent, writeNew } from '../../files/files.js';
import { openSigner } from '../../files/signer-file.js';
import { formatStatement } from '../../files/statement.js';
import type { Io } from '../../io.js';
import { passphrases } from '../../passphrase.js';

/** Who signs a statement, and where it goes. */
export interface StateOptions {
  readonly out: string;
  readonly sign: string;
}

/** Whoever states something, and when. */
export interface Speaker {
  readonly did: Did;
  readonly signer: Signer;
  readonly now: number;
}

/**
 * Signs a statement with the key in a file and writes it to another, which must not exist.
 *
 * @throws CLI_FILE_*, CLI_IDENTITY_FILE, CLI_PASSPHRASE_*, and what `sign` throws
 */
export async function state(
  { out, sign }: StateOptions,
  io: Io,
  make: (speaker: Speaker) => Promise<Envelope>,
): Promise<Answer> {
  await requireAbsent(out, 'out');
  const { clock } = io;
  const { did, signer } = await openSigner(sign, { field: 'sign', passphrases: passphrases(io), clock });
  const statement = await make({ did, signer, now: clock.now() });
  await writeNew(out, formatStatement(statement), 'out');
  const { type, body, sigs } = statement;
  const id = envelopeId(statement);
  const signedBy = sigs.map(({ kid }) => kid);
  return {
    exit: EXIT.ok,
    json: { out, id, type, body, signedBy },
    text: () => `${id}\nstatement ${out}\nsigned by ${signedBy.join(', ')}`,
  };
}
