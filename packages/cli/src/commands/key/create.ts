import { asTerm, type JsonObject, PRIVILEGES, TtpError } from '@ttp/core';
import { encryptKey, generateKeyPair, multikey } from '@ttp/crypto';
import { didKey } from '@ttp/did';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { requireAbsent, writeNew } from '../../files/files.js';
import { formatKeyFile } from '../../files/key-header.js';
import { operatorKid } from '../../files/operators.js';
import { passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';

export interface KeyCreateOptions {
  readonly out: string;
  readonly operator?: string;
  readonly human?: string;
  readonly level: string;
  readonly privilege: readonly string[];
}

/** `ttp key create`: a key that is its own did:key, for an operator, a guardian, or as a backup. */
export async function run({ options, io }: Call<KeyCreateOptions>): Promise<Answer> {
  const { out, operator } = options;
  const entryOf = operator === undefined ? undefined : operatorEntry(options, operator);
  await requireAbsent(out, 'out');
  const { clock, random } = io;
  const whose = operator === undefined ? 'the new key' : `the operator key of ${operator}`;
  const passphrase = await passphrases(io).get(whose, { isNew: true });
  const { seed, publicKey } = generateKeyPair(random);
  const did = didKey(publicKey);
  const history = { createdAt: clock.now(), rotations: 0 };
  const key = await encryptKey({ seed, did, passphrase, random, history });
  seed.fill(0);
  await writeNew(out, formatKeyFile(key), 'out');
  const named = { publicKey: multikey(publicKey), kid: operatorKid(publicKey) };
  const entry = entryOf === undefined ? undefined : { ...entryOf, ...named };
  return {
    exit: EXIT.ok,
    json: { key: out, did, publicKey: named.publicKey, ...(entry === undefined ? {} : { operator: entry }) },
    text: () =>
      entry === undefined
        ? `${did}\nkey       ${out}`
        : `key       ${out}\nfor the list "operators" of the roster:\n${JSON.stringify(entry, null, 2)}`,
  };
}

/** What the roster says of an operator besides the key. Throws CLI_USAGE, CORE_*. */
function operatorEntry({ human, level, privilege }: KeyCreateOptions, id: string): JsonObject {
  const privileges = privilege.map((word) => asTerm(PRIVILEGES, word, 'privilege'));
  if (privileges.length === 0)
    throw new TtpError('CLI_USAGE', `an operator needs a --privilege: ${PRIVILEGES.join(', ')}`, {
      field: 'privilege',
    });
  return { id, human: human ?? id, level: Number(level), privileges };
}
