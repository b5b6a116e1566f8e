import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** How the demonstration ends: in order, or interrupted by a signal or by a reader who went away. */
export interface Ending {
  /** Aborted with the interruption: nothing new is started from then on. */
  readonly signal: AbortSignal;
  /** What closes the sessions that were opened. */
  readonly closers: Set<() => Promise<void>>;
  /** Has the story told in the folder; from before it begins, the folder is seen to. */
  watch<T>(folder: string, tell: (folder: string) => Promise<T>): Promise<T>;
  /** Closes what is open and removes the folder, or all of it but what is to be kept. */
  cleanUp(kept?: { readonly remove: readonly string[] }): Promise<void>;
}

/** As a shell says it: 128 and the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGPIPE: 141 } as const;

/** How long an interrupted story may take to stop before its folder is removed under it, ms. */
const STORY_WAIT_MS = 3000;

const janitorScript = fileURLToPath(new URL('janitor.ts', import.meta.url));

/** Listens for signals and for the end of whoever reads the story. */
export function prepareEnding(): Ending {
  const controller = new AbortController();
  const closers: Ending['closers'] = new Set();
  let folder: string | undefined;
  let story: Promise<unknown> = Promise.resolve();
  let release: (() => void) | undefined;

  async function cleanUp(kept?: { readonly remove: readonly string[] }): Promise<void> {
    // A session that ended badly is closed all the same, and the story has told of it.
    await Promise.allSettled([...closers].map((close) => close()));
    const paths = kept?.remove ?? (folder === undefined ? [] : [folder]);
    if (controller.signal.aborted)
      await Promise.race([story.catch(() => undefined), setTimeout(STORY_WAIT_MS)]); // its errors follow from that
    await Promise.all(
      paths.map((path) => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })),
    );
    release?.();
  }

  function interrupt(name: keyof typeof EXIT_CODES): void {
    if (controller.signal.aborted) return; // a second signal changes nothing: it is ending
    controller.abort();
    void cleanUp().finally(() => process.exit(EXIT_CODES[name]));
  }

  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt(name));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => interrupt('SIGPIPE'));

  return {
    signal: controller.signal,
    closers,
    watch(watched, tell) {
      folder = watched;
      release = hireJanitor(watched);
      const told = tell(watched);
      story = told;
      return told;
    },
    cleanUp,
  };
}

/** For an end that cannot be handled here: tsx kills whoever does not answer a signal within 60 ms. Returns its release. */
function hireJanitor(folder: string): () => void {
  const janitor = spawn(process.execPath, [janitorScript], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // a signal to our process group is none to it
    windowsHide: true,
  });
  // Without a janitor an end in order still leaves nothing behind.
  janitor.on('error', () => undefined);
  janitor.stdin.on('error', () => undefined);
  janitor.stdin.write(`${folder}\n`);
  janitor.unref();
  return () => void janitor.stdin.end('keep');
}
