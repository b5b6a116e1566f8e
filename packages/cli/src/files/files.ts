import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isTtpError, type Json, TtpError } from '@ttp/core';
import { fromUtf8, parseJson } from '@ttp/crypto';
import type { CliErrorCode } from '../errors.js';
import type { Io } from '../io.js';
import { FILE_MAX_BYTES } from '../limits.js';
import { systemDisk } from './disk.js';

/**
 * The bytes of a file, or of standard input where the path is `-`.
 *
 * @param field the argument that names the file
 * @throws CLI_FILE_MISSING, CLI_FILE_UNREADABLE, CLI_FILE_TOO_LARGE
 */
export async function readBytes(
  path: string,
  { field, io, maxBytes = FILE_MAX_BYTES }: { field: string; io?: Io; maxBytes?: number },
): Promise<Uint8Array> {
  if (path === '-' && io !== undefined) return readAll(io.stdin, maxBytes, field);
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw refused(path, field, cause, 'CLI_FILE_UNREADABLE');
  }
  try {
    return await readAll(file.createReadStream({ autoClose: false }), maxBytes, field, path);
  } finally {
    await file.close();
  }
}

/** The text of a file. Throws what {@link readBytes} throws, and CRYPTO_BAD_UTF8. */
export async function readText(path: string, options: { field: string; io?: Io }): Promise<string> {
  const bytes = await readBytes(path, options);
  return inFile(path, options.field, () => fromUtf8(bytes));
}

/** The JSON of a file. Throws what {@link readBytes} throws, and CRYPTO_JSON_*. */
export async function readJson(path: string, options: { field: string; io?: Io }): Promise<Json> {
  const bytes = await readBytes(path, options);
  return inFile(path, options.field, () => parseJson(bytes, { maxBytes: FILE_MAX_BYTES }));
}

/** Names the file in whatever `read` refuses: a field alone does not say which of several files is meant. */
export function inFile<T>(path: string, field: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw naming(path, field, cause);
  }
}

/** The same for what takes its time. */
export async function inFileLater<T>(path: string, field: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw naming(path, field, cause);
  }
}

function naming(path: string, field: string, cause: unknown): unknown {
  if (!isTtpError(cause)) return cause;
  const at = cause.field === undefined || cause.field === '' ? field : cause.field;
  return new TtpError(cause.code, `${path}: ${cause.message}`, { field: at, cause });
}

/**
 * Writes a file that does not exist yet, readable by its owner alone: all of it, so that it outlasts a power cut, or
 * nothing.
 *
 * @throws CLI_FILE_EXISTS, CLI_FILE_UNWRITABLE
 */
export async function writeNew(path: string, text: string, field: string): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await systemDisk.write(part, text);
    try {
      await systemDisk.sync(part);
      await systemDisk.link(part, path);
    } finally {
      await systemDisk.remove(part);
    }
    await systemDisk.syncFolder(path);
  } catch (cause) {
    throw unwritable(path, field, cause);
  }
}

/** What became of writing a file, as an error of ours. */
export const unwritable = (path: string, field: string, cause: unknown): TtpError =>
  refused(path, field, cause, 'CLI_FILE_UNWRITABLE');

/** Throws CLI_FILE_MISSING where nothing is: opening a store would make an empty one, and answer from that. */
export async function requireFile(path: string, field: string): Promise<void> {
  try {
    await stat(path);
  } catch (cause) {
    throw refused(path, field, cause, 'CLI_FILE_UNREADABLE');
  }
}

/** Whether something is there that can be looked at. */
export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Throws CLI_FILE_EXISTS where something is already, a link that leads nowhere too; CLI_FILE_MISSING where there is no
 * folder for it.
 */
export async function requireAbsent(path: string, field: string): Promise<void> {
  await requireFile(dirname(path), field);
  try {
    await lstat(path);
  } catch (cause) {
    if (codeOfSystem(cause) === 'ENOENT') return;
    throw refused(path, field, cause, 'CLI_FILE_UNWRITABLE');
  }
  throw exists(path, field);
}

async function readAll(
  stream: AsyncIterable<unknown>,
  maxBytes: number,
  field: string,
  path = 'standard input',
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
      length += bytes.length;
      if (length > maxBytes)
        throw new TtpError('CLI_FILE_TOO_LARGE', `${path} is larger than ${maxBytes} bytes`, { field });
      chunks.push(bytes);
    }
  } catch (cause) {
    if (isTtpError(cause)) throw cause;
    throw refused(path, field, cause, 'CLI_FILE_UNREADABLE');
  }
  const { buffer, byteOffset } = Buffer.concat(chunks, length);
  return new Uint8Array(buffer, byteOffset, length);
}

function refused(path: string, field: string, cause: unknown, otherwise: CliErrorCode): TtpError {
  const code = codeOfSystem(cause);
  if (code === 'ENOENT')
    return new TtpError('CLI_FILE_MISSING', `there is no ${path}, or no folder for it`, { field, cause });
  if (code === 'EEXIST') return exists(path, field);
  return new TtpError(otherwise, `${path}: ${code ?? 'it cannot be opened'}`, { field, cause });
}

const exists = (path: string, field: string): TtpError =>
  new TtpError('CLI_FILE_EXISTS', `${path} exists and is not overwritten; choose another name`, { field });

function codeOfSystem(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
