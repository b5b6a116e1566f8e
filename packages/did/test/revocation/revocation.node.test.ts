import { asDid, type Did } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type RevocationAuthorities,
  type RevocationContext,
  revocationStatus,
  verifyRevocation,
} from '../../src/index.js';

interface RevocationCase {
  /** Multikeys by key id. */
  readonly keys: Readonly<Record<string, string>>;
  /** Who stands above whom, nearest first. */
  readonly ancestors: Readonly<Record<string, readonly Did[]>>;
  readonly authorities: RevocationAuthorities;
  /** Revocations and rulings, each as its canonical text. */
  readonly statements: readonly string[];
  readonly subject: string;
  readonly at: number;
  readonly expect?: { readonly state: string; readonly by: readonly string[]; readonly until?: number };
  readonly code?: string;
}

describe('vectors of revocations', () => {
  it.each(vectors<RevocationCase>('did/revocation'))(
    '$name',
    ({ keys, ancestors, authorities, statements, subject, at, expect: expected, code }) => {
      proves('did.revocation.status', 'did.revocation.authority', 'flaw.M1');
      const above = (did: string): readonly Did[] => ancestors[did] ?? [];
      const context: RevocationContext = {
        keyOf: (kid) => {
          const key = keys[kid];
          return key === undefined ? undefined : fromMultikey(key);
        },
        ancestorsOf: above,
        authorities,
      };
      const read = () => statements.map((text) => verifyRevocation(text, context));
      if (expected === undefined) {
        expect(codeThrownBy(read)).toBe(code);
        return;
      }
      const status = revocationStatus({ did: asDid(subject), ancestors: above(subject) }, read(), at);
      expect({ ...status, by: status.by.map(({ id }) => id) }).toEqual(expected);
    },
  );
});
