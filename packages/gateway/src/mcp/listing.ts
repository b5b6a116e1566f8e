import { type Hash, isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { hashJson, plainCopy } from '@ttp/crypto';
import type { GatewayErrorCode } from '../errors.js';
import { TOOL_NAME_MAX_CHARS, TOOL_PAGES_MAX, TOOLS_MAX } from '../limits.js';
import type { Answer } from './ask.js';
import { hasHiddenText } from './hidden-text.js';
import { withoutOwnMeta } from './meta.js';
import { PROVENANCE_MEMBER } from './provenance-member.js';

/** How a server calls itself. Part of every digest: another version is another server. */
export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
}

/** A tool as the server defines it now. */
export interface SeenTool {
  /** Its name; `invalid:<digest>` where the name is none, so that nothing of it gets anywhere. */
  readonly key: string;
  /** The whole definition, as the server sent it, but for what it said in our name. */
  readonly definition: JsonObject;
  /** Over the definition and the identity of the server (flaw.T1). */
  readonly digest: Hash;
  /** What somebody signed for it, as the server shows it: no part of the digest, which it names. */
  readonly provenance?: string;
  /** What is wrong with it, before anything is compared. */
  readonly finding?: GatewayErrorCode;
}

/** Names that need no escaping anywhere. Without a slash, since `resources/read` and the like are methods (flaw.T2). */
const NAME = new RegExp(`^[A-Za-z0-9_.-]{1,${TOOL_NAME_MAX_CHARS}}$`);

/** Whether a tool may be called like this. */
export const isToolName = (name: string): boolean => NAME.test(name);

/**
 * All pages of `tools/list`.
 *
 * @param page asks for one page
 * @throws GATEWAY_TOOLS_TOO_MANY, GATEWAY_UPSTREAM_INVALID, and what `page` throws
 */
export async function listTools(
  page: (params: JsonObject) => Promise<Answer>,
): Promise<readonly JsonObject[]> {
  const tools: JsonObject[] = [];
  let cursor: Json | undefined;
  for (let pages = 0; pages < TOOL_PAGES_MAX; pages++) {
    const answer = await page(cursor === undefined ? {} : { cursor });
    if ('error' in answer) throw invalid(`tools/list: ${answer.error.message}`);
    const { tools: listed, nextCursor } = answer.result;
    if (!Array.isArray(listed)) throw invalid('tools/list without tools');
    for (const tool of listed as readonly Json[]) {
      if (!isJsonObject(tool) || typeof tool['name'] !== 'string') throw invalid('a tool without a name');
      tools.push(withoutOwnMeta(tool));
    }
    if (tools.length > TOOLS_MAX) throw tooMany(`more than ${TOOLS_MAX} tools`);
    if (nextCursor === undefined) return tools;
    cursor = nextCursor;
  }
  throw tooMany(`more than ${TOOL_PAGES_MAX} pages`);
}

/**
 * Looks at tools without comparing them with anything: digests, names, duplicates, hidden text. Of tools that share
 * a name none is used; together they are one finding.
 */
export function inspectTools(tools: readonly JsonObject[], server: ServerIdentity): readonly SeenTool[] {
  const seen = new Map<string, SeenTool>();
  for (const tool of tools) {
    const one = inspect(tool, server);
    const before = seen.get(one.key);
    seen.set(one.key, before === undefined ? one : duplicate(before, one));
  }
  return [...seen.values()];
}

/**
 * Lists and inspects the tools of one server, again and again: it is asked for before every call, so a listing that is
 * the last one to the letter is neither read nor hashed anew.
 *
 * @param first asks for the first page and gives its text
 * @param page asks for one page
 * @throws like {@link listTools}
 */
export function lister(
  server: ServerIdentity,
  first: () => Promise<string>,
  page: (params: JsonObject) => Promise<Answer>,
): () => Promise<readonly SeenTool[]> {
  let last: { readonly text: string; readonly seen: readonly SeenTool[] } | undefined;
  return async () => {
    const text = await first();
    if (last?.text === text) return last.seen;
    const result = plainCopy(JSON.parse(text));
    if (!isJsonObject(result)) throw invalid('tools/list without a result');
    let isFirst = true;
    const statements = new Map<string, string>();
    const shown = async (params: JsonObject): Promise<Answer> => {
      const answer = isFirst ? { result } : await page(params);
      isFirst = false;
      noteStatements(answer, statements);
      return answer;
    };
    const seen = inspectTools(await listTools(shown), server).map((tool) => withStatement(tool, statements));
    // Further pages may change while the first does not.
    last = result['nextCursor'] === undefined ? { text, seen } : undefined;
    return seen;
  };
}

/** Keeps what a page shows as signed for its tools. */
function noteStatements(answer: Answer, statements: Map<string, string>): void {
  const tools = 'result' in answer ? answer.result['tools'] : undefined;
  for (const tool of Array.isArray(tools) ? (tools as readonly Json[]) : []) {
    const { name, _meta: meta } = isJsonObject(tool) ? tool : {};
    const statement = isJsonObject(meta) ? meta[PROVENANCE_MEMBER] : undefined;
    if (typeof name === 'string' && typeof statement === 'string') statements.set(name, statement);
  }
}

function withStatement(tool: SeenTool, statements: ReadonlyMap<string, string>): SeenTool {
  const provenance = statements.get(tool.key);
  return provenance === undefined ? tool : { ...tool, provenance };
}

/**
 * What is pinned of a tool and signed for by its publisher: the whole definition, but for what stands in it in our name,
 * and the identity of the server (flaw.T1).
 */
export const toolDigest = (definition: JsonObject, { name, version }: ServerIdentity): Hash =>
  hashJson({ server: { name, version }, tool: withoutOwnMeta(definition) });

function inspect(definition: JsonObject, server: ServerIdentity): SeenTool {
  const digest = toolDigest(definition, server);
  const tool = definition['name'];
  if (typeof tool !== 'string' || !isToolName(tool))
    return { key: `invalid:${digest}`, definition, digest, finding: 'GATEWAY_TOOL_NAME' };
  const hidden = hasHiddenText(definition) ? { finding: 'GATEWAY_TOOL_HIDDEN_TEXT' as const } : {};
  return { key: tool, definition, digest, ...hidden };
}

const duplicate = (a: SeenTool, b: SeenTool): SeenTool => ({
  key: a.key,
  definition: a.definition,
  digest: hashJson([a.digest, b.digest]),
  finding: 'GATEWAY_TOOL_DUPLICATE',
});

const invalid = (why: string): TtpError => new TtpError('GATEWAY_UPSTREAM_INVALID', why);
const tooMany = (why: string): TtpError => new TtpError('GATEWAY_TOOLS_TOO_MANY', why);
