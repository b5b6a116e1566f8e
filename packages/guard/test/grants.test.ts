import { CAPABILITIES, type Operator, type Operators, type Privilege } from '@ttp/core';
import { signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, type TestSigner, testSigner } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type Grant, openGrant, signGrant } from '../src/index.js';
import { AGENT, OTHER } from './interaction.js';

const NOW = 1_700_000_000_000;
const GRANT: Grant = { subject: AGENT, capability: 'payment:process', notAfter: NOW + 1000 };

const entry = (signer: TestSigner, ...privileges: readonly Privilege[]): Operator => ({
  id: signer.kid,
  kid: signer.kid,
  publicKey: signer.publicKey,
  human: signer.kid,
  level: 3,
  privileges,
});

const author = testSigner(1);
const reviewer = testSigner(2);
const roster = [entry(author, 'policy:sign'), entry(reviewer, 'review:final', 'kill:reinstate')];
const operators: Operators = { byKid: async (kid) => roster.find((one) => one.kid === kid) };
const options = { subject: AGENT, operators, now: NOW };

describe('a grant', () => {
  it('of an operator who may sign policies is opened, with who gave it', async () => {
    for (const capability of CAPABILITIES) {
      const envelope = await signGrant({ ...GRANT, capability }, author, NOW);
      const opened = await openGrant(envelope, options);
      expect(opened).toMatchObject({ subject: AGENT, capability, notAfter: NOW + 1000 });
      expect(opened.operator.kid).toBe(author.kid);
      expect(opened.id).toMatch(/^sha256:/);
    }
  });

  it('holds until its end, and not at it', async () => {
    const envelope = await signGrant(GRANT, author, NOW);
    expect(await codeRejectedBy(openGrant(envelope, { ...options, now: NOW + 999 }))).toBeUndefined();
    expect(await codeRejectedBy(openGrant(envelope, { ...options, now: NOW + 1000 }))).toBe(
      'GUARD_GRANT_EXPIRED',
    );
    expect(await codeRejectedBy(openGrant(envelope, { ...options, now: Number.NaN }))).toMatch(
      /^(GUARD|CORE|CRYPTO)_/,
    );
  });

  it('is refused from anybody else, for anybody else, and without a roster', async () => {
    const refused = async (signer: TestSigner, grant = GRANT, more = {}) =>
      codeRejectedBy(openGrant(await signGrant(grant, signer, NOW), { ...options, ...more }));
    expect(await refused(reviewer)).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await refused(testSigner(3))).toBe('CRYPTO_OPERATOR_UNKNOWN');
    expect(await refused(author, { ...GRANT, subject: OTHER })).toBe('GUARD_GRANT_SUBJECT');
    expect(await refused(author, GRANT, { operators: undefined })).toBe('GUARD_OPERATORS_ABSENT');
    const { iss } = (await signGrant(GRANT, author, NOW)).head;
    expect(await refused(author, { ...GRANT, subject: iss }, { subject: iss })).toBe('GUARD_GRANT_SELF');
  });

  it('is refused where it was changed, or is of another type', async () => {
    const envelope = await signGrant(GRANT, author, NOW);
    const changed = { ...envelope, body: { ...envelope.body, capability: 'agent:delegate' } };
    expect(await codeRejectedBy(openGrant(changed, options))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    const policy = await signEnvelope({
      type: 'ttp/policy@1',
      head: envelope.head,
      body: envelope.body,
      signers: [author],
    });
    expect(await codeRejectedBy(openGrant(policy, options))).toMatch(/^CRYPTO_/);
    expect(await codeRejectedBy(openGrant('{}', options))).toMatch(/^CRYPTO_/);
  });

  it.for<[string, object, string]>([
    ['a capability outside the registry', { capability: 'system:admin' }, 'CORE_UNKNOWN_TERM'],
    ['a capability in no text', { capability: 1 }, 'GUARD_GRANT_INVALID'],
    ['a subject that is no DID', { subject: 'agent' }, 'CORE_BAD_DID'],
    ['a subject in no text', { subject: null }, 'GUARD_GRANT_INVALID'],
    ['no end', { notAfter: undefined }, 'GUARD_GRANT_INVALID'],
    ['an end between two ms', { notAfter: NOW + 0.5 }, 'GUARD_GRANT_INVALID'],
    ['an end that never comes', { notAfter: Number.POSITIVE_INFINITY }, 'GUARD_GRANT_INVALID'],
    ['a negative end', { notAfter: -1 }, 'GUARD_GRANT_INVALID'],
    ['a member more', { every: true }, 'GUARD_GRANT_INVALID'],
  ])('is not signed with %s', async ([, members, code]) => {
    expect(await codeRejectedBy(signGrant({ ...GRANT, ...members }, author, NOW))).toBe(code);
  });

  it('is not opened with what nobody here would sign', async () => {
    const head = (await signGrant(GRANT, author, NOW)).head;
    for (const [body, code] of [
      [{ ...GRANT, capability: 'system:admin' }, 'CORE_UNKNOWN_TERM'],
      [{ ...GRANT, every: true }, 'GUARD_GRANT_INVALID'],
      [{ subject: AGENT, notAfter: NOW + 1 }, 'GUARD_GRANT_INVALID'],
    ] as const) {
      const envelope = await signEnvelope({
        type: 'ttp/grant@1',
        head,
        body: { ...body },
        signers: [author],
      });
      expect(await codeRejectedBy(openGrant(envelope, options))).toBe(code);
    }
  });
});
