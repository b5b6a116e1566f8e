import { visible } from '@ttp/oversight';
import type { ToolCall, Ttp } from '@ttp/sdk';
import { flag, list, malformed, object, optional, type Read, record, text } from '../shape.js';
import { type ServerTool, tool } from '../tool.js';
import { ADVICE, DECISION, INPUT, REFUSAL, refusedBy, SERVER, saidBy, TOOL } from './decision.js';

const MEMBERS = {
  tool: optional(TOOL),
  server: optional(SERVER),
  action: optional(text('instead of a tool: what is done', 512)),
  resource: optional(text('instead of a tool: what it is done to', 2048)),
  input: optional(record(INPUT)),
};

/** `check_action`: what the armed policy and everything else would make of a call now. Nothing happens. */
export const checkAction = (ttp: Pick<Ttp, 'check'>): ServerTool =>
  tool({
    name: 'check_action',
    title: 'Check an action',
    description: `Asks what would become of a call now: permitted, refused and why, or first to be approved by a human.
Name a tool and its input, or an action and a resource. ${ADVICE}`,
    input: object(MEMBERS),
    output: object({
      wouldPermit: flag('whether it would be permitted, once its obligations are met'),
      ...REFUSAL,
      ...DECISION,
      obligations: list(
        'what has to be done for it; an approval has still to be given',
        object({ kind: text('what'), from: text('because of') }),
      ),
      advice: text('what this answer is worth'),
    }),
    async answer(input) {
      const checked = await ttp.check(callOf(input));
      const obligations = checked.wouldPermit ? checked.obligations : [];
      return {
        wouldPermit: checked.wouldPermit,
        ...refusedBy(checked),
        ...saidBy(checked.decision),
        obligations: obligations.map(({ kind, from }) => ({ kind, from: visible(from) })),
        advice: ADVICE,
      };
    },
  });

/** Either a tool, which the call map knows, or what the call map would have said. Throws GATEWAY_BAD_REQUEST. */
function callOf({ tool: named, server, action, resource, input = {} }: Read<typeof MEMBERS>): ToolCall {
  if (named !== undefined) {
    if (action !== undefined || resource !== undefined)
      throw malformed('action', 'the call map says what a tool does, and to what');
    return { tool: named, ...(server === undefined ? {} : { server }), input };
  }
  if (action === undefined) throw malformed('tool', 'a tool, or an action and a resource');
  if (resource === undefined) throw malformed('resource', 'an action is done to a resource');
  if (server !== undefined) throw malformed('server', 'it is of a tool');
  return { tool: 'check_action', action, resource, input };
}
