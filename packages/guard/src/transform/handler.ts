import { codeOf, HANDLER_ORDER, type ObligationHandler } from '@ttp/core';
import { plainJson } from '../plain.js';
import { transform } from './apply.js';
import { parseTransform } from './params.js';

/**
 * Fulfils `transform` obligations (decision D12). `check` refuses parameters that nobody could fulfil before
 * anything happens; `after` returns a transformed copy, and throws where a result cannot be transformed, so that it
 * is withheld. A result that is `undefined` holds nothing and stays so.
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
    async after({ params }, value, { agent, trace, id }) {
      if (value === undefined) return undefined;
      return transform(plainJson(value), parseTransform(params), `TTP ${agent} ${trace} ${id}`);
    },
  };
}
