// Where the Chromium of this machine is, and how it is started: quietly, without a network of its own.
import { existsSync } from 'node:fs';

/** Said where there is none. */
export const CHROMIUM_ABSENT =
  'no Chromium on this machine: install one (apt-get install chromium), or name it in CHROMIUM';

/** The path of the executable; undefined where there is none. Throws where CHROMIUM names what is not there. */
export function findChromium(env = process.env) {
  const chosen = env['CHROMIUM'];
  if (chosen !== undefined) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`CHROMIUM names no file: ${chosen}`);
  }
  return [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ].find((path) => existsSync(path));
}

/** Options of playwright's `launch`. Root has no sandbox to run in. */
export const launchOptions = (executablePath) => ({
  executablePath,
  args: [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
