import { TtpError } from '@ttp/core';
import { environment } from './environment.js';
import { fileSystem, pathOf, repositoryRoot } from './repository.js';

/** The reason to give when a test is skipped because {@link thirdParty} found nothing. */
export const THIRD_PARTY_ABSENT =
  'third-party vectors are not on this machine: set TTP_VECTORS to their folder';

/**
 * The folder of the vectors that others wrote: `TTP_VECTORS`, else `../shared/vectors` from the repository's root.
 *
 * @returns its path with a final slash, undefined when the default is absent
 * @throws TESTKIT_NO_FILE when TTP_VECTORS names what is not there
 */
export function thirdPartyDir(): string | undefined {
  const fs = fileSystem();
  const chosen = environment('TTP_VECTORS');
  if (chosen === undefined) {
    const path = pathOf(new URL('../shared/vectors/', repositoryRoot()));
    return fs.existsSync(path) ? path : undefined;
  }
  if (!fs.existsSync(chosen)) throw new TtpError('TESTKIT_NO_FILE', `TTP_VECTORS names no folder: ${chosen}`);
  return chosen.endsWith('/') ? chosen : `${chosen}/`;
}

/**
 * The text of one third-party file, read where it is: none of them is copied into the repository.
 * A test without them says so: `if (text === undefined) return context.skip(THIRD_PARTY_ABSENT)`.
 *
 * @param relativePath below {@link thirdPartyDir}, such as `crypto/rfc8032-ed25519.json`
 * @returns undefined when the whole folder is absent
 * @throws TESTKIT_NO_FILE when the folder is there and the file is not: a typing error must not skip a test
 */
export function thirdParty(relativePath: string): string | undefined {
  const dir = thirdPartyDir();
  if (dir === undefined) return undefined;
  const fs = fileSystem();
  if (!fs.existsSync(dir + relativePath))
    throw new TtpError('TESTKIT_NO_FILE', `no third-party vectors at ${relativePath}`, {
      field: relativePath,
    });
  return fs.readFileSync(dir + relativePath, 'utf8');
}
