import { HANDLER_ORDER, isTtpError, type JsonObject, type ObligationHandler, TtpError } from '@ttp/core';
import { readLabels } from './label.js';
import type { TraceLabels } from './trace-labels.js';

/**
 * Fulfils `label` obligations `{ add: [...] }`: the result of the call brings these labels to its trace. They are
 * stored before the result leaves; where they cannot be, it is withheld.
 */
export const labelHandler = (labels: Pick<TraceLabels, 'add'>): ObligationHandler => ({
  kind: 'label',
  order: HANDLER_ORDER.label,
  check({ params }) {
    try {
      added(params);
      return undefined;
    } catch (error) {
      return isTtpError(error) ? error.code : 'GUARD_OBLIGATION_INVALID';
    }
  },
  async after({ params }, value, { trace, id }) {
    await labels.add(trace, added(params), id);
    return value;
  },
});

/** Parameters that nobody reads could ask for more than is done. */
function added({ add, ...rest }: JsonObject): readonly string[] {
  if (Object.keys(rest).length === 0) return readLabels(add);
  throw new TtpError('GUARD_OBLIGATION_INVALID', 'a label obligation adds labels and nothing else');
}
