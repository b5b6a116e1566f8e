import { asTerm, type JsonObject, PRIVILEGES, TtpError } from '@ttp/core';
import { encryptKey, generateKeyPair, multikey } from '@ttp/crypto';
import { type DidType, didKey } from '@ttp/did';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { requireAbsent, writeNew } from '../files/files.js';
import { writeNewIdentity } from '../files/new-identity.js';
import { operatorKid } from '../files/operators.js';
import type { Io } from '../io.js';
import { passphrases } from '../passphrase.js';
import type { Call } from '../verb.js';

interface KeygenOptions {
  readonly out: string;
  readonly type: DidType;
  readonly store?: string;
  readonly operator?: string;
  readonly human?: string;
  readonly level: string;
  readonly privilege: readonly string[];
}

/** `ttp keygen`: a new identity, or a new operator's key. */
export function run({ options, io }: Call<KeygenOptions>): Promise<Answer> {
  const { operator } = options;
  return operator === undefined ? makeIdentity(options, io) : makeOperator({ ...options, operator }, io);
}

async function makeIdentity({ out, type, store }: KeygenOptions, io: Io): Promise<Answer> {
  const files = { out, type, ...(store === undefined ? {} : { store }) };
  const ask = (): Promise<string> => passphrases(io).get('the new identity', { isNew: true });
  const { did, nextOut } = await writeNewIdentity(files, ask, io);
  const json: JsonObject = {
    did,
    identity: out,
    nextKey: nextOut,
    ...(store === undefined ? {} : { store }),
  };
  return {
    exit: EXIT.ok,
    json,
    text: () =>
      [
        did,
        `identity  ${out}`,
        `next key  ${nextOut} (for the next rotation: keep it somewhere else)`,
        store === undefined
          ? 'store     none: run keygen with --store, or the agent counts as killed where it runs'
          : `store     ${store} (kill record created, alive)`,
      ].join('\n'),
  };
}

async function makeOperator(options: KeygenOptions & { operator: string }, io: Io): Promise<Answer> {
  const { out, store, operator: id, human = id, level } = options;
  const privileges = options.privilege.map((word) => asTerm(PRIVILEGES, word, 'privilege'));
  if (privileges.length === 0)
    throw new TtpError('CLI_USAGE', `an operator needs a --privilege: ${PRIVILEGES.join(', ')}`, {
      field: 'privilege',
    });
  if (store !== undefined)
    throw new TtpError('CLI_USAGE', 'an operator has no kill record: leave --store out', { field: 'store' });
  await requireAbsent(out, 'out');
  const { clock, random } = io;
  const passphrase = await passphrases(io).get(`the operator key of ${id}`, { isNew: true });
  const { seed, publicKey } = generateKeyPair(random);
  const history = { createdAt: clock.now(), rotations: 0 };
  const key = await encryptKey({ seed, did: didKey(publicKey), passphrase, random, history });
  await writeNew(out, `${JSON.stringify(key, null, 2)}\n`, 'out');
  const entry = {
    id,
    human,
    level: Number(level),
    privileges,
    publicKey: multikey(publicKey),
    kid: operatorKid(publicKey),
  };
  return {
    exit: EXIT.ok,
    json: { key: out, operator: entry },
    text: () =>
      `key       ${out}\nfor the list "operators" of the roster:\n${JSON.stringify(entry, null, 2)}`,
  };
}
