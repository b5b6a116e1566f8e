import { isTtpError, type JsonObject } from '@ttp/core';

/** A verdict from something that throws a code where it refuses. Malformed arguments stay an error: they were not judged. */
export function verdict(judge: () => JsonObject): JsonObject {
  try {
    return { valid: true, ...judge() };
  } catch (error) {
    return refusal(error);
  }
}

/** The same of something that takes its time. */
export async function laterVerdict(judge: () => Promise<JsonObject>): Promise<JsonObject> {
  try {
    return { valid: true, ...(await judge()) };
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): JsonObject {
  if (!isTtpError(error) || error.code.startsWith('CONFORMANCE_')) throw error;
  return { valid: false, code: error.code };
}
