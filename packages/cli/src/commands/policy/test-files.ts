import { dirname, resolve } from 'node:path';
import {
  type CallMap,
  loadCallMap,
  type Policy,
  type PolicyLayers,
  type PolicyTest,
  parsePolicyTests,
} from '@ttp/spl';
import { inFile, readBytes } from '../../files/files.js';
import { HintedError } from '../../hints.js';
import { readPolicies } from './layers.js';

/** The files that a command line names instead of those that a file of tests names. */
export interface TestFileOptions {
  readonly policy?: string;
  readonly callMap?: string;
  /** Policies that have to permit it as well. */
  readonly layer?: readonly string[];
}

/** A file of tests, with the policy and the call map that it is for. */
export interface TestFile {
  readonly policy: Policy | PolicyLayers;
  readonly callMap?: CallMap;
  readonly tests: readonly PolicyTest[];
}

/** Names in the file are seen from its folder, those of the command line from where it was typed. */
export async function readTestFile(file: string, options: TestFileOptions): Promise<TestFile> {
  const bytes = await readBytes(file, { field: 'files' });
  const { policy: named, callMap: mapped, tests } = inFile(file, 'files', () => parsePolicyTests(bytes));
  const beside = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : resolve(dirname(file), name);
  const policyFile = options.policy ?? beside(named);
  const mapFile = options.callMap ?? beside(mapped);
  if (policyFile === undefined)
    throw new HintedError(
      'CLI_USAGE',
      `${file} names no policy`,
      '"policy": "policy.json" in the file, or --policy',
      'policy',
    );
  const policy = await readPolicies(policyFile, options.layer, 'policy');
  if (mapFile === undefined) return { policy, tests };
  const mapBytes = await readBytes(mapFile, { field: 'call-map' });
  return { policy, callMap: inFile(mapFile, 'call-map', () => loadCallMap(mapBytes)), tests };
}
