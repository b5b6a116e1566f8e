import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { Shape } from './shape.js';

/** A tool of the server. */
export interface ServerTool {
  readonly name: string;
  /** As `tools/list` shows it. */
  readonly definition: JsonObject;
  /** Answers one call. Throws GATEWAY_BAD_REQUEST for other arguments than the definition describes, and its own faults. */
  call(args: Json): Promise<JsonObject>;
}

/** Makes a tool of its parts. None of them destroys anything or reaches beyond this machine. */
export const tool = <I>(parts: {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Shape<I>;
  readonly output: Shape<unknown>;
  /** It leaves more behind than lines in the log. */
  readonly writes?: true;
  readonly answer: (input: I) => Promise<JsonObject>;
}): ServerTool => {
  const { name, title, description, input, output, writes = false, answer } = parts;
  return {
    name,
    definition: {
      name,
      title,
      description,
      inputSchema: input.schema,
      outputSchema: output.schema,
      annotations: {
        title,
        readOnlyHint: !writes,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    call: async (args) => await answer(input.read(args, '')),
  };
};

/** Somebody else's JSON for whoever reads an answer: every character that could hide something written out (flaw.O4). */
export function shown(value: Json): Json {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map((one: Json) => shown(one));
  return isJsonObject(value) ? shownMembers(value) : value;
}

/** The same for an object. */
export function shownMembers(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [visible(name), shown(member)]));
}
