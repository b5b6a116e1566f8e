import { HANDLER_ORDER, type ObligationHandler, TtpError } from '@ttp/core';
import { transformHandler } from '@ttp/guard';

/** Kinds that this package brings the handlers of, whether or not each of them is in force. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'alert',
  'audit',
  'transform',
  'dlp',
  'approval',
  'capability',
  'window',
  'label',
  'breaker',
  'rate',
]);

/** Obligations that the log itself fulfils: the intent names them, and whoever listens to the log acts on them. */
const RECORDED = (['alert', 'audit'] as const).map(
  (kind): ObligationHandler => ({ kind, order: HANDLER_ORDER[kind], check: () => undefined }),
);

/**
 * One handler for each kind of obligation.
 *
 * @param kept those that keep something: of `window`, `dlp` and `label`, and of `approval` where operators are configured
 * @param further what the host adds. A kind that is there already is refused: an option that replaced the scanner
 *   would look like any other
 * @throws SDK_BAD_HANDLER
 */
export function handlersByKind(
  kept: readonly ObligationHandler[],
  further: readonly ObligationHandler[],
): ReadonlyMap<string, ObligationHandler> {
  const own = [...RECORDED, transformHandler(), ...kept];
  const handlers = new Map(own.map((handler) => [handler.kind, handler]));
  for (const handler of further) {
    const { kind, order }: { kind: unknown; order: unknown } = handler;
    if (typeof kind !== 'string' || kind === '' || !Number.isFinite(order) || !canCheck(handler))
      throw bad('a handler needs a kind, an order and a check');
    if (BUILT_IN.has(kind) || handlers.has(kind)) throw bad(`two handlers of ${kind}`);
    handlers.set(kind, handler);
  }
  return handlers;
}

const canCheck = (handler: Partial<ObligationHandler>): boolean => typeof handler.check === 'function';

const bad = (message: string): TtpError => new TtpError('SDK_BAD_HANDLER', message, { field: 'handlers' });
