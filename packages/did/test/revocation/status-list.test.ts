import { codeRejectedBy, codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { readRevocations, revocationStatus, signStatusList, verifyStatusList } from '../../src/index.js';
import { cast, DAY, knownOf, NOW, revoke } from './fixture.js';

const clock = fakeClock(NOW);

it('a list is every statement once, by its issuer, and each statement counts by its own signatures', async () => {
  proves('did.revocation.status');
  const { publisher, tool, stranger, context } = await cast();
  const statements = [
    await revoke(tool.did, [publisher], { tier: 'publisher' }),
    await revoke(tool.did, [tool], { severity: 'high' }),
    await revoke(tool.did, [stranger], { tier: 'publisher', severity: 'critical' }),
  ];
  const list = { issuer: stranger.did, signer: stranger.signer, serial: 3, nextUpdate: NOW + DAY, clock };
  const signed = await signStatusList({ ...list, statements: [...statements, ...statements] });
  const reversed = await signStatusList({ ...list, statements: statements.toReversed() });
  expect(signed).toEqual(reversed);
  const read = { issuer: stranger.did, keyOf: context.keyOf, now: NOW };
  const verified = verifyStatusList(signed, read);
  expect(verified).toMatchObject({ serial: 3, at: NOW, nextUpdate: NOW + DAY });
  const { known, ignored } = readRevocations(verified.statements, context);
  expect(ignored.map(({ code }) => code)).toEqual(['DID_REVOCATION_UNAUTHORISED']);
  const subject = { did: tool.did, ancestors: [] };
  expect(revocationStatus(subject, known, NOW)).toEqual(
    revocationStatus(subject, knownOf(statements, context), NOW),
  );
});

it('a list is refused when it is old, overdue, of another issuer, or altered', async () => {
  const { publisher, tool, context } = await cast();
  const statements = [await revoke(tool.did, [tool])];
  const { did: issuer, signer } = publisher;
  const list = { issuer, signer, serial: 3, nextUpdate: NOW + DAY, clock, statements };
  const signed = await signStatusList(list);
  const read = { issuer, keyOf: context.keyOf, now: NOW };
  const refused = (change: Partial<typeof read> & { readonly after?: number }, of = signed) =>
    codeThrownBy(() => verifyStatusList(of, { ...read, ...change }));
  expect(refused({ after: 3 })).toBeUndefined();
  expect(refused({ after: 4 })).toBe('DID_STATUS_LIST_STALE');
  expect(refused({ now: NOW + DAY - 1 })).toBeUndefined();
  expect(refused({ now: NOW + DAY })).toBe('DID_STATUS_LIST_STALE');
  expect(refused({ issuer: tool.did })).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
  expect(refused({}, { ...signed, body: { ...signed.body, statements: [] } })).toBe(
    'CRYPTO_ENVELOPE_BAD_SIGNATURE',
  );
  const posing = await signStatusList({ ...list, issuer: tool.did });
  expect(refused({}, posing)).toBe('DID_BAD_REVOCATION');
  expect(await codeRejectedBy(signStatusList({ ...list, serial: 0 }))).toBe('DID_BAD_REVOCATION');
  const many = Array.from({ length: 1001 }, (_, i) => revoke(tool.did, [tool], {}, NOW + i));
  expect(await codeRejectedBy(signStatusList({ ...list, statements: await Promise.all(many) }))).toBe(
    'DID_BAD_REVOCATION',
  );
});
