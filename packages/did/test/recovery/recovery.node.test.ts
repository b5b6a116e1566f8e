import type { Did, Hash } from '@ttp/core';
import { decodeEnvelope } from '@ttp/crypto';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { didKeyDocument, documentOf } from '../../src/index.js';

interface RecoveryCase {
  /** Envelopes, each as its canonical text. */
  readonly entries: readonly string[];
  /** The key logs of guardians. */
  readonly others: readonly (readonly string[])[];
  /** Guardians that are a `did:key`. */
  readonly guardians: readonly Did[];
  /** Ids of the recoveries whose delay has passed without a veto. */
  readonly settled: readonly Hash[];
  /** The key ids that authenticate. */
  readonly expect?: readonly string[];
  readonly code?: string;
}

describe('vectors of recoveries', () => {
  it.each(vectors<RecoveryCase>('did/recovery'))(
    '$name',
    ({ entries, others, guardians, settled, expect: kids, code }) => {
      proves('did.recovery.backup', 'did.recovery.social', 'flaw.D7');
      const documents = [
        ...others.map((log) => documentOf(log.map((text) => decodeEnvelope(text)))),
        ...guardians.map((did) => didKeyDocument(did)),
      ];
      const fold = () =>
        documentOf(
          entries.map((text) => decodeEnvelope(text)),
          documents,
          settled,
        );
      if (code === undefined) expect(fold().authentication).toEqual(kids);
      else expect(codeThrownBy(fold)).toBe(code);
    },
  );
});
