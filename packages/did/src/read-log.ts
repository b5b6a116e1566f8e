import { asDid, type Did, type Envelope, type Hash } from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import { parseInception } from './operation.js';
import type { StoredLog } from './stored-log.js';

/** A log, and what of it says where to look before it can be verified. */
export interface ReadLog {
  readonly log: StoredLog;
  /** Of its entries, in order. */
  readonly ids: readonly Hash[];
  readonly parent: Did | undefined;
  /** Who signed recoveries besides the identity itself, by key id and unverified. */
  readonly guardians: ReadonlySet<Did>;
}

/** Reads a log without verifying it. Throws the codes of `parseInception` and `asDid`. */
export function readLog(log: StoredLog): ReadLog {
  const [first] = log.entries;
  return {
    log,
    ids: log.entries.map((entry) => envelopeId(entry)),
    parent: first && parseInception(first.body).parent,
    guardians: guardiansIn(log.entries),
  };
}

/** Entries that others sign too, and vetoes, count by when they were made. */
export const needsDate = ({ body }: Envelope): boolean =>
  body['parent'] !== undefined || body['op'] === 'recover' || body['veto'] !== undefined;

function guardiansIn(entries: readonly Envelope[]): ReadonlySet<Did> {
  const guardians = new Set<Did>();
  for (const { head, body, sigs } of entries)
    if (body['op'] === 'recover')
      for (const { kid } of sigs)
        if (!kid.startsWith(`${head.iss}#`)) guardians.add(asDid(kid.slice(0, kid.indexOf('#'))));
  return guardians;
}
