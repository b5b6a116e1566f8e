import { codeOf, HANDLER_ORDER, type Interaction, type ObligationHandler } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { plainJson } from '../plain.js';
import { readText } from '../stream.js';
import { transform } from './apply.js';
import { parseTransform } from './params.js';

/**
 * Fulfils `transform` obligations (decision D12). `check` refuses parameters that nobody could fulfil before
 * anything happens; `after` returns a transformed copy, and throws where a result cannot be transformed, so that it
 * is withheld. A result that is `undefined` holds nothing and stays so. A stream is held until its end and
 * transformed as one text.
 */
export function transformHandler(): ObligationHandler {
  return {
    kind: 'transform',
    order: HANDLER_ORDER.transform,
    check({ params }) {
      try {
        parseTransform(params);
        return undefined;
      } catch (error) {
        return codeOf(error, 'GUARD_OBLIGATION_INVALID');
      }
    },
    async after({ params }, value, interaction) {
      if (value === undefined) return undefined;
      return transform(plainJson(value), parseTransform(params), markOf(interaction));
    },
    async *through({ params }, chunks, interaction) {
      const text = transform(await readText(chunks), parseTransform(params), markOf(interaction));
      if (typeof text === 'string') yield utf8(text);
    },
  };
}

const markOf = ({ agent, trace, id }: Interaction): string => `TTP ${agent} ${trace} ${id}`;
