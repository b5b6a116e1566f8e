import { createPublicKey } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { base64url, fromMultikey } from '@ttp/crypto';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, inFileLater, readJson, requireAbsent, writeNew } from '../../files/files.js';
import { parseIdentityFile } from '../../files/identity-file.js';
import { keyHeaderOf } from '../../files/key-header.js';
import { type KeyLogs, standingOf } from '../../files/standing.js';
import { HintedError } from '../../hints.js';
import type { Call } from '../../verb.js';

type ExportFormat = 'key-log' | 'multikey' | 'jwk' | 'pem';

interface ExportOptions {
  readonly format: ExportFormat;
  readonly out?: string;
}

/** `ttp key export`: what others need of a key or an identity. Never a secret: a key leaves in its file or not at all. */
export async function run({
  options: { format, out },
  args: [path = ''],
  io,
}: Call<ExportOptions>): Promise<Answer> {
  const json = await readJson(path, { field: 'file' });
  if (out !== undefined) await requireAbsent(out, 'out');
  const identity = isJsonObject(json) && json['keyLog'] !== undefined ? parseIdentityFile(json) : undefined;
  const publicKey =
    identity === undefined
      ? inFile(path, 'file', () => keyHeaderOf(json)).publicKey
      : await inFileLater(path, 'file', async () => {
          const { document } = await standingOf(identity, io.clock);
          return document.verificationMethod[0]?.publicKeyMultibase ?? '';
        });
  const content = format === 'key-log' ? keyLogIn(path, identity) : PUBLIC_FORMATS[format](publicKey);
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  if (out !== undefined) await writeNew(out, `${text.trimEnd()}\n`, 'out');
  return {
    exit: EXIT.ok,
    json: { file: path, format, ...(out === undefined ? { content } : { out }) },
    text: () => (out === undefined ? text.trimEnd() : `${format}  ${out}`),
  };
}

function keyLogIn(path: string, identity: KeyLogs | undefined): JsonObject {
  if (identity === undefined)
    throw new HintedError(
      'CLI_USAGE',
      `${path} has no key log`,
      'an identity file, or another --format',
      'format',
    );
  const { keyLog, related } = identity;
  const logs: Json = JSON.parse(JSON.stringify({ keyLog, ...(related.length === 0 ? {} : { related }) }));
  return isJsonObject(logs) ? logs : {};
}

const jwkOf = (publicKey: string): { kty: 'OKP'; crv: 'Ed25519'; x: string } => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: base64url(fromMultikey(publicKey)),
});

const PUBLIC_FORMATS: Readonly<
  Record<Exclude<ExportFormat, 'key-log'>, (publicKey: string) => JsonObject | string>
> = {
  multikey: (publicKey) => publicKey,
  jwk: jwkOf,
  pem: (publicKey) =>
    String(createPublicKey({ key: jwkOf(publicKey), format: 'jwk' }).export({ type: 'spki', format: 'pem' })),
};
