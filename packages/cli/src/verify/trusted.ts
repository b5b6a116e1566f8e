import { readBytes } from '../files/files.js';
import { HintedError } from '../hints.js';
import type { Io } from '../io.js';
import { BUNDLE_MAX_BYTES } from '../limits.js';
import { parseLogKey } from './log-keys.js';
import { verifyBundle } from './verify-bundle.js';

/**
 * A bundle that a trusted log key signed and in which nothing is wrong: whatever is made of anything else would be its
 * author's, whoever that is.
 *
 * @throws CLI_LOG_KEY_MISSING, CLI_LOG_KEY, CLI_BUNDLE, CLI_BUNDLE_INVALID, CLI_FILE_*
 */
export async function readTrusted(path: string, logKeys: readonly string[], io: Io): Promise<Uint8Array> {
  const keys = logKeys.map(parseLogKey);
  const bundle = await readBytes(path, { field: 'bundle', io, maxBytes: BUNDLE_MAX_BYTES });
  const { valid, claims } = await verifyBundle(bundle, keys, io.clock.now(), { timer: io.timer });
  if (valid) return bundle;
  if (keys.length === 0)
    throw new HintedError(
      'CLI_LOG_KEY_MISSING',
      'something is concluded only from calls that somebody you trust recorded',
      `--log-key with a key you trust; the bundle says ${claims.key ?? 'none'}`,
      'log-key',
    );
  throw new HintedError(
    'CLI_BUNDLE_INVALID',
    'the bundle is not whole, or no key that you trust signed it',
    `ttp verify ${path} --log-key ${logKeys.join(' --log-key ')}`,
    'bundle',
  );
}
