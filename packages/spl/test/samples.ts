import { readFileSync } from 'node:fs';
import { loadPolicy, type Policy, type PolicyRequest } from '../src/index.js';

/** The six sample policies of the documents. */
export const SAMPLES = ['core', 'payment', 'healthcare', 'legal', 'eu-ai-act', 'kill-switch'] as const;

/** The text of a file below conformance/vectors/spl. */
export const textOf = (path: string): string =>
  readFileSync(new URL(`../../../conformance/vectors/spl/${path}`, import.meta.url), 'utf8');

/** A sample policy. */
export const sample = (name: (typeof SAMPLES)[number]): Policy => loadPolicy(textOf(`samples/${name}.json`));

/** A request about which nothing is known. */
export const BARE: PolicyRequest = {
  resource: 'r',
  action: 'read',
  now: 1_700_000_000_000,
  engine: {},
  resolver: {},
  registry: {},
  caller: {},
};
