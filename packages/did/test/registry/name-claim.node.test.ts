import { memory } from '@ttp/adapters/memory';
import type { Did } from '@ttp/core';
import { decodeEnvelope } from '@ttp/crypto';
import { codeRejectedBy, fakeClock, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createNameRegistry, memoryResolver } from '../../src/index.js';

interface ClaimCase {
  /** Whom the registry knows, parents first. */
  readonly keyLogs: readonly (readonly string[])[];
  readonly operators: readonly Did[];
  /** Claims in order, each as its canonical text: the last one is the case. */
  readonly claims: readonly string[];
  /** Whose the name is then. */
  readonly expect?: Did;
  readonly code?: string;
}

describe('vectors of name claims', () => {
  it.each(vectors<ClaimCase>('did/name-claim'))(
    '$name',
    async ({ keyLogs, operators, claims, expect: did, code }) => {
      proves('did.name.claim', 'flaw.D1', 'flaw.D4');
      const resolver = memoryResolver();
      for (const log of keyLogs) await resolver.add(log.map((text) => decodeEnvelope(text)));
      const log = memory().log('names');
      const registry = createNameRegistry({ log, resolver, operators, clock: fakeClock() });
      for (const claim of claims.slice(0, -1)) await registry.claim(claim);
      const last = claims.at(-1) ?? '';
      if (code === undefined) expect((await registry.claim(last)).did).toBe(did);
      else expect(await codeRejectedBy(registry.claim(last))).toBe(code);
    },
  );
});
