import { type Io, write } from './io.js';
import { WATCH_MS } from './limits.js';

/** What a view shows: lines for people, or one line of JSON. */
type Look = () => Promise<string>;

/**
 * A view that stays up to date until the process is asked to end (Ctrl-C): on a terminal the lines are written over
 * the last ones, elsewhere they are written again whenever they changed.
 *
 * @param look what is to be seen now; what it throws ends the view
 * @throws what `look` throws
 */
export async function watch(io: Io, look: Look): Promise<void> {
  const { stdout, timer } = io;
  const { promise: ended, resolve: end } = Promise.withResolvers<'ended'>();
  const undo = io.onEndRequest(() => end('ended'));
  let shown: string | undefined;
  try {
    for (;;) {
      const text = await look();
      if (text !== shown) await write(stdout, `${above(stdout.isTTY === true ? shown : undefined)}${text}\n`);
      shown = text;
      const { promise: paused, resolve } = Promise.withResolvers<'paused'>();
      const cancel = timer.after(WATCH_MS, () => resolve('paused'));
      const next = await Promise.race([ended, paused]);
      cancel();
      if (next === 'ended') return;
    }
  } finally {
    undo();
  }
}

/** Goes up to where `shown` begins and clears from there; nothing where nothing is to be written over. */
const above = (shown: string | undefined): string =>
  shown === undefined ? '' : `\u001b[${shown.split('\n').length}A\u001b[0J`;
