import { asHash, type Envelope } from '@ttp/core';
import { decodeEnvelope, encodeEnvelope, envelopeId, signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type RevocationContext,
  type RevocationTier,
  readRevocations,
  revocationStatus,
  signRuling,
  verifyRevocation,
} from '../../src/index.js';
import { identity } from '../fixture.js';
import { cast, issuing, knownOf, NOW, type Party, revoke } from './fixture.js';

const refused = (statement: Envelope, context: RevocationContext): string | undefined =>
  codeThrownBy(() => verifyRevocation(statement, context));

describe('who may revoke whom', () => {
  it('is self, the publisher over its children, and k of m authorities: every other pair is refused', async () => {
    proves('flaw.M1', 'did.revocation.authority');
    const { publisher, tool, stranger, authorities, context } = await cast();
    const [a, b, c] = authorities as [Party, Party, Party];
    const issuers: Record<string, readonly Party[]> = {
      tool: [tool],
      publisher: [publisher],
      stranger: [stranger],
      one: [a],
      two: [a, b],
      three: [c, a, b],
      posing: [stranger, a],
      helped: [a, stranger],
    };
    const tiers: readonly RevocationTier[] = ['self', 'publisher', 'authority'];
    const accepted: string[] = [];
    for (const [subject, { did }] of Object.entries({ tool, publisher, stranger }))
      for (const [issuer, by] of Object.entries(issuers))
        for (const tier of tiers) {
          const code = refused(await revoke(did, by, { tier, severity: 'critical' }), context);
          if (code === undefined) accepted.push(`${issuer} ${tier} ${subject}`);
          else
            expect(code).toMatch(
              /^(?:DID_REVOCATION_UNAUTHORISED|CRYPTO_ENVELOPE_(?:SIGNER_MISSING|FOREIGN_SIGNER))$/,
            );
        }
    expect(accepted).toEqual([
      'tool self tool',
      'publisher publisher tool',
      'two authority tool',
      'three authority tool',
      'publisher self publisher',
      'two authority publisher',
      'three authority publisher',
      'stranger self stranger',
      'two authority stranger',
      'three authority stranger',
    ]);
  });

  it('leaves what has no authority out of the status, and says so', async () => {
    proves('flaw.M1', 'did.revocation.authority');
    const { tool, stranger, context } = await cast();
    const attacks = [
      await revoke(tool.did, [stranger], { tier: 'publisher', severity: 'critical' }),
      await revoke(tool.did, [stranger], { tier: 'self', severity: 'critical', cause: 'key_compromise' }),
      await revoke(tool.did, [stranger], { tier: 'authority', severity: 'critical' }),
    ];
    const { known, ignored } = readRevocations(attacks, context);
    expect(known).toEqual([]);
    expect(ignored).toEqual(attacks.map((_, index) => ({ index, code: 'DID_REVOCATION_UNAUTHORISED' })));
    expect(revocationStatus({ did: tool.did, ancestors: [] }, known, NOW).state).toBe('good');
  });

  it('is nobody by the third tier where no authorities are configured', async () => {
    const { tool, authorities, context } = await cast();
    const { authorities: _, ...without } = context;
    const statement = await revoke(tool.did, authorities, { tier: 'authority' });
    expect(refused(statement, context)).toBeUndefined();
    expect(refused(statement, without)).toBe('DID_REVOCATION_UNAUTHORISED');
  });

  it('takes a statement back by its issuer and by nobody else below the authorities', async () => {
    proves('did.revocation.tiers');
    const { publisher, tool, stranger, authorities, context } = await cast();
    const id = envelopeId(await revoke(tool.did, [tool]));
    const issued = { ...context, issuerOf: (asked: string) => (asked === id ? tool.did : undefined) };
    expect(refused(await revoke(id, [tool]), issued)).toBeUndefined();
    expect(refused(await revoke(id, [tool]), context)).toBe('DID_REVOCATION_UNAUTHORISED');
    expect(refused(await revoke(id, [stranger]), issued)).toBe('DID_REVOCATION_UNAUTHORISED');
    expect(refused(await revoke(id, [publisher], { tier: 'publisher' }), issued)).toBe(
      'DID_REVOCATION_UNAUTHORISED',
    );
    expect(refused(await revoke(id, authorities, { tier: 'authority' }), issued)).toBeUndefined();
    const known = knownOf([await revoke(id, [tool])], issued);
    expect(revocationStatus({ id }, known, NOW).state).toBe('revoked');
    expect(revocationStatus({ did: tool.did, ancestors: [] }, known, NOW).state).toBe('good');
  });

  it('asks for a publisher: another parent answers for a child, and does not revoke it', async () => {
    const { context } = await cast();
    const parent = await identity(11, { type: 'agent' });
    const child = await identity(12, { parent });
    const keyOf: RevocationContext['keyOf'] = (kid) =>
      kid === parent.signer.kid ? parent.signer.publicKey : undefined;
    const statement = await revoke(child.did, [parent], { tier: 'publisher' });
    expect(refused(statement, { ...context, keyOf, ancestorsOf: () => [parent.did] })).toBe(
      'DID_REVOCATION_UNAUTHORISED',
    );
  });

  it('is decided by keys: a signature under the right key id with another key counts for nothing', async () => {
    const { tool, stranger, context } = await cast();
    const statement = await revoke(tool.did, [tool]);
    const otherKey = { ...context, keyOf: () => stranger.signer.publicKey };
    expect(refused(statement, otherKey)).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(refused(statement, { ...context, keyOf: () => undefined })).toBe('CRYPTO_ENVELOPE_KEY_UNKNOWN');
  });
});

describe('what a revocation says', () => {
  it('is refused where it contradicts itself', async () => {
    const { tool, context } = await cast();
    const id = asHash(`sha256:${'0'.repeat(64)}`);
    const bad = [
      { until: NOW },
      { until: NOW - 1 },
      { cause: 'key_compromise', until: NOW + 1 },
      { since: NOW - 1 },
      { cause: 'key_compromise', since: NOW + 1 },
      { subject: id, cause: 'key_compromise' },
      { subject: 'did:tessorium:tool:name:v1' },
      { subject: 'isnad:a3f8b2' },
      { subject: 'nonsense' },
      { tier: 'operator' },
      { severity: 'grave' },
      { reason: 'x'.repeat(501) },
      { v: 2 },
      { appeal: true },
    ];
    for (const change of bad) {
      const statement = await signEnvelope({
        type: 'ttp/revocation@1',
        head: { iss: tool.did, iat: NOW },
        body: {
          v: 1,
          subject: tool.did,
          tier: 'self',
          severity: 'low',
          cause: 'conduct',
          reason: '',
          ...change,
        },
        signers: [tool.signer],
      });
      expect(refused(statement, context)).toBe('DID_BAD_REVOCATION');
    }
    expect(await codeRejectedBy(revoke(tool.did, [tool], { until: NOW }))).toBe('DID_BAD_REVOCATION');
  });

  it('is for everybody and stays: exp, aud and nonce are refused, and so is another type', async () => {
    const { tool, context } = await cast();
    const { body } = await revoke(tool.did, [tool]);
    const nonce = 'A'.repeat(43);
    for (const change of [{ exp: NOW + 1 }, { aud: tool.did }, { nonce }]) {
      const head = { iss: tool.did, iat: NOW, ...change };
      const statement = await signEnvelope({ type: 'ttp/revocation@1', head, body, signers: [tool.signer] });
      expect(refused(statement, context)).toBe('DID_BAD_REVOCATION');
    }
    const head = { iss: tool.did, iat: NOW };
    const other = await signEnvelope({ type: 'ttp/receipt@1', head, body, signers: [tool.signer] });
    expect(refused(other, context)).toBe('CRYPTO_ENVELOPE_TYPE');
  });

  it('is read once: an object that answers differently the second time gains nothing', async () => {
    const { tool, stranger, context } = await cast();
    const own = await revoke(stranger.did, [stranger]);
    const other = await revoke(tool.did, [tool]);
    let looks = 0;
    const twoFaced = new Proxy(own, {
      getOwnPropertyDescriptor(target, key) {
        const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
        return key === 'body' && looks++ > 0 ? { ...descriptor, value: other.body } : descriptor;
      },
    });
    expect(verifyRevocation(twoFaced, context)).toMatchObject({ subject: stranger.did });
  });

  it('with any character changed is refused, and crashes nothing', async () => {
    const { tool, publisher, authorities, context } = await cast();
    const ruling = await signRuling(
      { revocation: asHash(`sha256:${'1'.repeat(64)}`), reason: 'heard' },
      { ...issuing(authorities), clock: fakeClock(NOW) },
    );
    const texts = [
      await revoke(tool.did, [publisher], { tier: 'publisher', severity: 'critical' }),
      await revoke(tool.did, [tool], { cause: 'key_compromise', since: NOW - 5 }),
      await revoke(tool.did, authorities, { tier: 'authority', until: NOW + 5 }),
      ruling,
    ].map((statement) => encodeEnvelope(statement));
    await withSeed('revocation mutation', 300, (random) => {
      const text = random.pick(texts);
      const at = random.int(text.length);
      const changed =
        text.slice(0, at) + random.pick(['', '0', '"', '{', '}', ',', 'x', '\u0000']) + text.slice(at + 1);
      const code = codeThrownBy(() => verifyRevocation(changed, context));
      if (changed === text) expect(code).toBeUndefined();
      else expect(code).toMatch(/^(?:DID|CRYPTO|CORE)_/);
    });
    expect(decodeEnvelope(texts[0] ?? '').type).toBe('ttp/revocation@1');
  });
});
