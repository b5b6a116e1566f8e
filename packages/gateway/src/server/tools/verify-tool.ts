import type { Hash, JsonObject, Store } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { GatewayErrorCode } from '../../errors.js';
import { inspectTools, type SeenTool } from '../../mcp/listing.js';
import { PIN_PREFIX } from '../../mcp/pin-book.js';
import { decodePins, type Pin, type Pins } from '../../mcp/pins.js';
import { hiddenPlaces } from '../hidden-places.js';
import { flag, list, malformed, object, optional, record, text, word } from '../shape.js';
import { type ServerTool, tool } from '../tool.js';
import { refusedWith } from './decision.js';

const STATES = ['pinned', 'changed', 'quarantined', 'unpinned', 'server-unknown', 'refused'] as const;

/** `verify_tool`: what is known of a tool, and whether a definition is the one that was pinned. */
export const verifyTool = (store: Store): ServerTool =>
  tool({
    name: 'verify_tool',
    title: 'Verify a tool',
    description: `Compares a tool with what the gateway pinned when it first saw its server, and looks for text in its definition that
people do not see. Without a definition it says what is known of the tool. Only the gateway, before each call, compares with what the server says then.`,
    input: object({
      server: text('the name of the server, as the gateway knows it', 64),
      tool: optional(text('the name of the tool, where no definition is given', 128)),
      definition: optional(record('the whole definition, as tools/list of the server has it')),
      serverInfo: optional(
        object({
          name: text('what the server calls itself in initialize', 1024),
          version: text('and its version', 1024),
        }),
      ),
    }),
    output: object({
      trusted: flag('the definition is the pinned one, or none was given and the tool is in use'),
      state: word('what is known of it', STATES),
      tool: text('its name'),
      compared: flag('whether a definition was compared'),
      digest: optional(text('of the definition that was given')),
      pinned: optional(text('digest of the definition that may be used')),
      code: optional(text('what is wrong with it')),
      meaning: optional(text('what the code means')),
      hidden: list(
        'texts in the definition that people do not see as a model does',
        object({ at: text('where'), text: text('with what it hides written out') }),
      ),
    }),
    async answer({ server, tool: named, definition, serverInfo }) {
      if (definition === undefined && named === undefined)
        throw malformed('tool', 'a tool by its name, or its definition');
      if (definition !== undefined && named !== undefined)
        throw malformed('tool', 'the definition says how the tool is called');
      if ((definition === undefined) !== (serverInfo === undefined))
        throw malformed('serverInfo', 'a digest is over the definition and the identity of its server');
      const [seen] =
        definition === undefined || serverInfo === undefined ? [] : inspectTools([definition], serverInfo);
      const key = seen?.key ?? named ?? '';
      const pins = await pinsOf(store, server);
      const pin = pins?.find((one) => one.key === key);
      const judged = judge(pins, pin, seen);
      return {
        trusted: judged.state === 'pinned',
        state: judged.state,
        tool: visible(key),
        compared: seen !== undefined,
        ...(seen === undefined ? {} : { digest: seen.digest }),
        ...(pin?.digest === undefined ? {} : { pinned: pin.digest }),
        ...(judged.code === undefined ? {} : refusedWith(judged.code)),
        hidden: definition === undefined ? [] : hiddenPlaces(definition).map((place) => ({ ...place })),
      } satisfies JsonObject;
    },
  });

interface Judged {
  readonly state: (typeof STATES)[number];
  readonly code?: GatewayErrorCode;
}

/** What is wrong by itself comes first: a definition nobody may use is not used because it was pinned. */
function judge(pins: Pins | undefined, pin: Pin | undefined, seen: SeenTool | undefined): Judged {
  if (pin?.quarantine !== undefined) return { state: 'quarantined', code: pin.quarantine.code };
  if (seen !== undefined && isSame(pin?.digest, seen)) return { state: 'pinned' };
  if (seen?.finding !== undefined) return { state: 'refused', code: seen.finding };
  if (pins === undefined) return { state: 'server-unknown' };
  if (pin === undefined) return { state: 'unpinned', code: 'GATEWAY_TOOL_ADDED' };
  return seen === undefined ? { state: 'pinned' } : { state: 'changed', code: 'GATEWAY_TOOL_CHANGED' };
}

/** An operator may have released what holds hidden text: then exactly that definition is in use. */
const isSame = (pinned: Hash | undefined, { digest }: SeenTool): boolean => pinned === digest;

async function pinsOf(store: Store, server: string): Promise<Pins | undefined> {
  const stored = await store.get(`${PIN_PREFIX}${server}`);
  return stored === undefined ? undefined : decodePins(stored.value);
}
