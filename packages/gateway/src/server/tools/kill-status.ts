import type { JsonObject } from '@ttp/core';
import type { KillStatus } from '@ttp/guard';
import type { Ttp } from '@ttp/sdk';
import { flag, list, object, text, whole } from '../shape.js';
import { type ServerTool, shown, tool } from '../tool.js';

const RECORD = object({
  target: text('the agent, or * for all'),
  killed: flag('whether the record says killed'),
  epoch: whole('rises with every kill and every reinstatement'),
  reasons: list('why', text('a reason')),
  at: whole('when it changed last, ms since 1970'),
  durable: flag('whether the store says so too'),
});

/** `kill_status`: whether the agent may act at all. It stops and revives nobody. */
export const killStatus = (ttp: Pick<Ttp, 'did' | 'isKilled' | 'killStatus' | 'mode'>): ServerTool =>
  tool({
    name: 'kill_status',
    title: 'Kill switch',
    description:
      'Whether this agent was stopped, and why. Nothing can be stopped or revived from here: that takes operators.',
    input: object({}),
    output: object({
      agent: text('whose kill switch it is'),
      killed: flag('no effect is permitted'),
      mode: text('enforce, or observe: monitor mode'),
      own: RECORD,
      all: RECORD,
    }),
    answer: () =>
      Promise.resolve({
        agent: ttp.did,
        killed: ttp.isKilled(),
        mode: ttp.mode,
        own: recordOf(ttp.killStatus()),
        all: recordOf(ttp.killStatus('*')),
      }),
  });

/** Without the message and the name of whoever killed: those are for operators. */
const recordOf = ({ target, killed, epoch, reasons, at, durable }: KillStatus): JsonObject => ({
  target,
  killed,
  epoch,
  reasons: shown([...reasons]),
  at,
  durable,
});
