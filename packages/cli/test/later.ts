import { systemClock } from '@ttp/adapters/system';
import { type JsonObject, TtpError } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { testIo, ttp } from './harness.js';

const HOUR = 3_600_000;

/**
 * Runs a command line `hours` from now, and takes its one document.
 *
 * @param fetch the web: what each address answers, undefined where nobody does
 */
export async function at(
  hours: number,
  argv: readonly string[],
  fetch?: (url: string) => unknown,
): Promise<{ readonly code: number; readonly json: JsonObject & { readonly error?: JsonObject } }> {
  const io = testIo();
  const clock = { now: () => systemClock.now() + hours * HOUR, monotonic: () => systemClock.monotonic() };
  const { code, out } = await ttp([...argv, '--json'], '', {
    ...io,
    clock,
    openFetch: async () => ({
      async fetch({ url }) {
        const answer = fetch?.(url);
        if (answer === undefined) throw new TtpError('FETCH_UNRESOLVED', url);
        return {
          status: 200,
          headers: {},
          body: (async function* () {
            yield utf8(JSON.stringify(answer));
          })(),
        };
      },
    }),
  });
  return { code, json: JSON.parse(out) };
}
