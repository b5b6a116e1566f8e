import type { Readable, Writable } from 'node:stream';
import { codeOf, type ErrorCode, type JsonObject, TtpError } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
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
  /** Undefined where the line names none. */
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
    return `{"id":${id},"result":${canonicalize(await operation(args))}}`;
  } catch (error) {
    return errorLine(id, codeOf(error, 'CONFORMANCE_FAILED'));
  }
}

const errorLine = (id: string, code: ErrorCode): string => `{"error":{"code":"${code}"},"id":${id}}`;

/**
 * A line is read leniently, unlike everything that an operation gets as `text`: whoever drives us must be able to hand
 * in a text with a lone surrogate or a key twice, to see it refused.
 */
function requestOf(line: Line): Request | undefined {
  if (line === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line),
    );
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const args = new Map<string, unknown>(Object.entries(value));
    const id = JSON.stringify(args.get('id') ?? null);
    const op = args.get('op');
    return { id, op: typeof op === 'string' ? op : undefined, args };
  } catch {
    return undefined; // no JSON, no UTF-8, or nested too deep to be written out again
  }
}
