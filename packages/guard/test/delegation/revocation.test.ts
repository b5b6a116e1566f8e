import { memory } from '@ttp/adapters/memory';
import { envelopeId, signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, type TestSigner } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { requireUnrevoked, revokeDelegation, signDelegationRevocation } from '../../src/index.js';
import { agents, author, chainOf, NOW, officer, open, ports, reviewer } from './agents.js';

async function rig() {
  const { store } = memory();
  const envelopes = await chainOf({}, {}, {});
  const chain = await open(envelopes);
  const ids = envelopes.map(envelopeId);
  /** Revokes a link of the chain. */
  const revoke = async (link: number, signer: TestSigner | undefined) => {
    const id = ids[link];
    if (signer === undefined || id === undefined) throw new Error('a link and a signer');
    return revokeDelegation(await signDelegationRevocation(id, signer, NOW), chain, { ...ports, store });
  };
  const refusal = (): Promise<string | undefined> => codeRejectedBy(requireUnrevoked(chain, store));
  return { store, chain, ids, revoke, refusal };
}

describe('a revocation', () => {
  it('of any link ends the chain for good, with all that follow it', async () => {
    for (const link of [0, 1, 2]) {
      const { revoke, refusal, chain, store, ids } = await rig();
      expect(await refusal()).toBeUndefined();
      expect(await revoke(link, officer)).toBe(ids[link]);
      expect(await refusal()).toBe('GUARD_DELEGATION_REVOKED');
      // What stands before the link goes on.
      const before = { links: chain.links.slice(0, link) };
      expect(await codeRejectedBy(requireUnrevoked(before, store))).toBeUndefined();
      const after = { links: chain.links.slice(0, link + 1) };
      expect(await codeRejectedBy(requireUnrevoked(after, store))).toBe('GUARD_DELEGATION_REVOKED');
    }
  });

  it('comes from whoever signed the link or one before it, or from an operator who may stop', async () => {
    // Link 1 is agent 0's, link 2 agent 1's; the chain is for agent 2.
    for (const [link, signer, code] of [
      [0, author, undefined],
      [0, agents[0], 'GUARD_DELEGATION_FOREIGN'],
      [1, agents[0], undefined],
      [1, agents[1], 'GUARD_DELEGATION_FOREIGN'],
      [2, agents[0], undefined],
      [2, agents[1], undefined],
      [2, agents[2], 'GUARD_DELEGATION_FOREIGN'],
      [2, agents[5], 'GUARD_DELEGATION_FOREIGN'],
      [2, officer, undefined],
      [2, author, undefined],
      [2, reviewer, 'CRYPTO_OPERATOR_PRIVILEGE'],
    ] as const) {
      const { revoke, refusal } = await rig();
      expect(await codeRejectedBy(revoke(link, signer)), `${link} ${signer?.kid}`).toBe(code);
      expect(await refusal()).toBe(code === undefined ? 'GUARD_DELEGATION_REVOKED' : undefined);
    }
  });

  it('of a link of another chain does nothing here', async () => {
    const { store, chain, refusal } = await rig();
    const [other] = await chainOf({ notAfter: NOW + 7 });
    if (other === undefined) throw new Error('a link');
    const revocation = await signDelegationRevocation(envelopeId(other), officer, NOW);
    expect(await codeRejectedBy(revokeDelegation(revocation, chain, { ...ports, store }))).toBe(
      'GUARD_DELEGATION_FOREIGN',
    );
    expect(await refusal()).toBeUndefined();
  });

  it('that was changed, or is none, is refused', async () => {
    const { store, chain, ids } = await rig();
    const [id, other] = ids;
    if (id === undefined || other === undefined) throw new Error('links');
    const good = await signDelegationRevocation(id, officer, NOW);
    const revoke = (input: Parameters<typeof revokeDelegation>[0]) =>
      codeRejectedBy(revokeDelegation(input, chain, { ...ports, store }));
    expect(await revoke({ ...good, body: { delegation: other } })).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(await revoke('{}')).toMatch(/^CRYPTO_/);
    for (const [body, code] of [
      [{}, 'GUARD_DELEGATION_INVALID'],
      [{ delegation: 7 }, 'GUARD_DELEGATION_INVALID'],
      [{ delegation: 'x' }, 'CORE_BAD_HASH'],
      [{ delegation: id, more: true }, 'GUARD_DELEGATION_INVALID'],
    ] as const) {
      const { type, head } = good;
      const forged = await signEnvelope({ type, head, body, signers: [officer] });
      expect(await revoke(forged)).toBe(code);
    }
    expect(await codeRejectedBy(signDelegationRevocation('x' as never, officer, NOW))).toBe('CORE_BAD_HASH');
  });
});

it('whatever stands in the place of a revocation counts as one', async () => {
  const { store, ids, refusal } = await rig();
  await store.put(`guard/delegation/revoked/${ids[1] ?? ''}`, new Uint8Array());
  expect(await refusal()).toBe('GUARD_DELEGATION_REVOKED');
});
