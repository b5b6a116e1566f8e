import { loadCallMap, loadPolicy } from '@ttp/spl';
import { inFile, readText } from '../files/files.js';
import type { Io } from '../io.js';
import { builtInCalls } from './built-in.js';
import { type ForbiddenCall, readForbidden } from './forbidden-file.js';
import { permittedTo, type Verdict } from './judge.js';

/** The files of a self-test. */
export interface SelfTestFiles {
  readonly policy: string;
  readonly callMap?: string | undefined;
  /** Further calls that have to be denied. */
  readonly forbidden?: string | undefined;
  /** The server that those calls are to, where they name none. */
  readonly server: string;
}

/** A forbidden call, and to whom and when it would be permitted. */
export interface TestedCall extends ForbiddenCall {
  readonly permitted: Verdict | undefined;
}

/** What came of a self-test, and the texts that it was made on: what is armed is what was tested. */
export interface SelfTest {
  readonly policyText: string;
  readonly callMapText: string | undefined;
  readonly calls: readonly TestedCall[];
  readonly failed: readonly TestedCall[];
}

/**
 * Asks for every forbidden call as the least and as the most trusted agent would.
 *
 * @throws SPL_*, CLI_FORBIDDEN_FILE, CLI_FILE_*, CRYPTO_JSON_*
 */
export async function runSelfTest(files: SelfTestFiles, io: Pick<Io, 'clock'>): Promise<SelfTest> {
  const { policy: policyFile, callMap: callMapFile, forbidden, server } = files;
  const policyText = await readText(policyFile, { field: 'policy' });
  const policy = inFile(policyFile, 'policy', () => loadPolicy(policyText));
  const callMapText =
    callMapFile === undefined ? undefined : await readText(callMapFile, { field: 'call-map' });
  const callMap = inFile(callMapFile ?? 'the empty call map', 'call-map', () =>
    loadCallMap(callMapText ?? { version: 1, tools: {} }),
  );
  const own = forbidden === undefined ? [] : await readForbidden(forbidden, server);
  const now = io.clock.now();
  const calls = [...builtInCalls(policy, callMap), ...own].map((call) => ({
    ...call,
    permitted: permittedTo(call, { policy, callMap, now }),
  }));
  return { policyText, callMapText, calls, failed: calls.filter(({ permitted }) => permitted !== undefined) };
}
