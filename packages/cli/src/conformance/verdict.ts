import { isTtpError, type JsonObject } from '@ttp/core';

/** A verdict from something that throws a code where it refuses. Malformed arguments stay an error: they were not judged. */
export function verdict(judge: () => JsonObject): JsonObject {
  try {
    return { valid: true, ...judge() };
  } catch (error) {
    if (!isTtpError(error) || error.code.startsWith('CONFORMANCE_')) throw error;
    return { valid: false, code: error.code };
  }
}
