import { isHash, type JsonObject, TtpError } from '@ttp/core';
import * as z from 'zod/mini';
import type { DidErrorCode } from './errors.js';

/** The text of a hash. */
export const hashText: z.ZodMiniString = /* @__PURE__ */ z.string().check(z.refine(isHash, 'not a hash'));

/**
 * Reads a body by its schema.
 *
 * @throws `code`, with the path of what is missing, unknown or malformed as its `field`
 */
export function readShape<T>(schema: z.ZodMiniType<T>, body: JsonObject, code: DidErrorCode): T {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  const { path = [], message = '' } = result.error.issues[0] ?? {};
  const field = path.join('.') || 'body';
  throw new TtpError(code, `${field}: ${message}`, { field });
}
