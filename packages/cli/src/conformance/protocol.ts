import type { Readable, Writable } from 'node:stream';
import { codeOf, type ErrorCode, isTtpError, type JsonObject, TtpError } from '@ttp/core';
import { canonicalize, parseJson } from '@ttp/crypto';
import { write } from '../io.js';
import { CONFORMANCE_LINE_MAX_BYTES } from '../limits.js';
import { type Line, readLines } from '../lines.js';
import type { Arguments } from './arguments.js';

/** One operation: its arguments in, its result out; what it throws is the answer's error code. */
export type Operation = (args: Arguments) => JsonObject | Promise<JsonObject>;

/** Operations by name. */
export type Operations = ReadonlyMap<string, Operation>;

/** A request that could be read. */
interface Request {
  /** Whatever the line says, as JSON text. */
  readonly id: string;
  /** Undefined where the line names none, or is not strict JSON. */
  readonly op: string | undefined;
  readonly args: Arguments;
}

/**
 * Answers one line for each line, in order, until the input ends (conformance-protocol of the project). Nothing that
 * comes in ends it: what cannot be read, done or written down is an answer with a code.
 */
export async function serve(input: Readable, output: Writable, operations: Operations): Promise<void> {
  for await (const line of readLines(input, CONFORMANCE_LINE_MAX_BYTES))
    await write(output, `${await answer(line, operations)}\n`);
}

/** The answer to one line, without its newline; the result in canonical form. */
export async function answer(line: Line, operations: Operations): Promise<string> {
  const request = requestOf(line);
  if (request === undefined) return errorLine('null', 'CONFORMANCE_BAD_REQUEST');
  const { id, op, args } = request;
  if (op === undefined) return errorLine(id, 'CONFORMANCE_BAD_REQUEST');
  try {
    const operation = operations.get(op);
    if (operation === undefined)
      throw new TtpError('CONFORMANCE_NOT_IMPLEMENTED', `no operation ${JSON.stringify(op)}`, {
        field: 'op',
      });
    return `{"id":${id},"result":${resultText(await operation(args))}}`;
  } catch (error) {
    return errorLine(id, codeOf(error, 'CONFORMANCE_FAILED'));
  }
}

/** Canonical, member by member: what stands in a result may be as deep as JSON of others may, and that without it. */
const resultText = (result: JsonObject): string =>
  `{${Object.entries(result)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}:${canonicalize(value)}`)
    .join(',')}}`;

const errorLine = (id: string, code: ErrorCode): string => `{"error":{"code":"${code}"},"id":${id}}`;

/**
 * Reads a line as strict JSON (decision D7), with one exception: a lone surrogate in it is left to the operation, since
 * whoever drives us must be able to hand one in as `text`, to see it refused.
 */
function requestOf(line: Line): Request | undefined {
  if (line === undefined) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const args = new Map<string, unknown>(Object.entries(value));
    const refused = refusedMember(text);
    // An id that stands there twice, or would be rounded, is nobody's.
    const id = refused === 'id' ? 'null' : JSON.stringify(args.get('id') ?? null);
    const op = refused === undefined ? args.get('op') : undefined;
    return { id, op: typeof op === 'string' ? op : undefined, args };
  } catch {
    return undefined; // no JSON, no UTF-8, or nested too deep to be written out again
  }
}

/** The member of the line at which a strict reader stops; empty for the line itself, undefined if it does not. */
function refusedMember(text: string): string | undefined {
  try {
    parseJson(text, { profile: 'foreign', maxBytes: CONFORMANCE_LINE_MAX_BYTES });
    return undefined;
  } catch (error) {
    if (!isTtpError(error)) throw error;
    const others = text.replaceAll(ESCAPED_SURROGATES, String.raw`\ufffd`);
    if (error.code === 'CRYPTO_JSON_LONE_SURROGATE' && others !== text) return refusedMember(others);
    return /^[^.[]*/.exec(error.field ?? '')?.[0] ?? '';
  }
}

const ESCAPED_SURROGATES = /\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;
