import type { Ending } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { paintFor } from '../terminal.js';
import type { Call } from '../verb.js';
import { watch } from '../watch.js';
import { answerOf, type StatusOptions, withSwitch } from './kill.js';

/** `ttp status`: whether an agent may act; with `--watch` until Ctrl-C. */
export async function run({
  options,
  io,
  json,
}: Call<StatusOptions & { readonly watch?: boolean }>): Promise<Ending> {
  return withSwitch(options, io, {}, async (guard, target): Promise<Ending> => {
    if (options.watch !== true) return answerOf(guard, target);
    const paint = paintFor(io.stdout, io.env);
    await watch(io, async () => {
      await guard.refresh();
      const answer = answerOf(guard, target);
      return json ? JSON.stringify(answer.json) : answer.text(paint);
    });
    return EXIT.ok;
  });
}
