import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import type { Asked, Read } from './areas/asked.js';
import { AREAS } from './areas/index.js';

/** One published case as a line of the protocol, and what its answer has to be. */
export interface Vector {
  readonly name: string;
  /** Without its newline. */
  readonly line: string;
  /** For people. */
  readonly expected: string;
  readonly accepts: (answer: JsonObject) => boolean;
}

/** The cases of one file: those that the protocol can ask for, and how many it cannot. */
export interface VectorFile {
  readonly vectors: readonly Vector[];
  readonly others: number;
}

/**
 * Reads a file of published vectors: a list of `{ "name", "request", "expect" | "code" }` or
 * `{ "name", "line", "expect" }`, which is the protocol's own form, or of the cases of an area.
 *
 * @param area the folder of the file below the vectors: `spl/match`
 * @param read another file of the vectors, by its path below them
 */
export async function vectorsOf(json: Json, area: string, read: Read): Promise<VectorFile> {
  const vectors: Vector[] = [];
  let others = 0;
  for (const one of Array.isArray(json) ? json : []) {
    const vector = isJsonObject(one) ? await vectorOf(one, area, read) : undefined;
    if (vector === undefined) others++;
    else vectors.push(vector);
  }
  return { vectors, others: Array.isArray(json) ? others : 1 };
}

async function vectorOf(one: JsonObject, area: string, read: Read): Promise<Vector | undefined> {
  const { name, line, request, expect, code } = one;
  if (typeof name !== 'string') return undefined;
  if (typeof line === 'string')
    return { name, line, expected: JSON.stringify(expect), accepts: (answer) => isEqual(answer, expect) };
  const asked: Asked | undefined =
    isJsonObject(request) && typeof request['op'] === 'string'
      ? {
          request,
          ...(typeof code === 'string' ? { codes: [code] } : { result: expect ?? null, isPart: true }),
        }
      : await AREAS[area]?.(one, read);
  if (asked === undefined) return undefined;
  const { result, codes = [], isPart = false, goesOn = false } = asked;
  return {
    name,
    line: JSON.stringify({ id: name, ...asked.request }),
    expected: codes.length > 0 ? codes.join(' or ') : JSON.stringify(result),
    accepts(answer) {
      const error = isJsonObject(answer['error']) ? answer['error']['code'] : undefined;
      if (answer['id'] !== name) return false;
      if (codes.length > 0) return codes.some((wanted) => wanted === error);
      return isPart ? isWithin(result, answer['result'], goesOn) : isEqual(answer['result'], result);
    },
  };
}

/** Whether two values are the same JSON, whatever the order of their members. */
const isEqual = (a: Json | undefined, b: Json | undefined): boolean => isWithin(a, b) && isWithin(b, a);

/** Whether every member of `part`, however deep, stands in `whole`, whose lists are as long, or may go on. */
function isWithin(part: Json | undefined, whole: Json | undefined, goesOn = false): boolean {
  if (Array.isArray(part))
    return (
      Array.isArray(whole) &&
      (goesOn ? part.length <= whole.length : part.length === whole.length) &&
      part.every((one: Json, i) => isWithin(one, whole[i], goesOn))
    );
  if (isJsonObject(part))
    return (
      isJsonObject(whole) && Object.entries(part).every(([name, one]) => isWithin(one, whole[name], goesOn))
    );
  return part === whole;
}
