import { type Operator, type Operators, PRIVILEGES, type Signer } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, keyPairOf, multikey } from '@ttp/crypto';
import { signReview } from '@ttp/oversight';
import { createTtp } from '@ttp/sdk';
import { signPolicy } from '@ttp/spl';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const seed = new Uint8Array(32).fill(8);
const { publicKey } = keyPairOf(seed);
const kid = `did:key:${multikey(publicKey)}#${multikey(publicKey)}`;
const signer = createSigner({ seed, kid, purposes: IDENTITY_PURPOSES });
/** One who may do everything, and the agent's own key, as a careless host might list it. */
const everything = (id: string, key: { readonly kid: string; readonly publicKey: Uint8Array }): Operator => ({
  id,
  kid: key.kid,
  publicKey: key.publicKey,
  human: id,
  level: 3,
  privileges: PRIVILEGES,
});
const rosterOf = (...list: readonly Operator[]): Operators => ({
  byKid: async (asked) => list.find((one) => one.kid === asked),
});
const operators = rosterOf(everything('operator', { kid, publicKey }));

/** The rig's policy without the rule that forbids keys. */
const OPENED = {
  ...POLICY,
  rules: [{ id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] }],
};

const policyFor = (r: Rig, serial: number, by: Signer = signer) =>
  signPolicy({ agent: r.identity.did, serial, text: JSON.stringify(OPENED), signer: by, now: r.clock.now() });

describe("a policy's denial", () => {
  it('is overridden by no approval, and by a later policy that an operator signed', async () => {
    proves('flaw.P13');
    const r = await rig({ operators, approvalWaitMs: 0 });
    const denied = await r.read('data/keys/x');
    expect(denied).toMatchObject({ code: 'SDK_DENIED', decision: { effect: 'deny', outcome: 'deny-hard' } });
    expect(denied.decision?.humanOverridable).toBe(false);
    const call = { tool: 'read_file', input: { path: 'data/keys/x' } };
    expect((await r.ttp.requestApproval(call)).reviews).toEqual([]);

    // The approval of another call is not one of this.
    const { reviews } = await r.ttp.requestApproval({ tool: 'read_file', input: { path: 'data/payroll/x' } });
    const [review] = reviews;
    if (review === undefined) throw new Error('nothing to review');
    const verdict = { review, verdict: 'approve', reason: 'agreed', signer, now: r.clock.now() } as const;
    await r.ttp.oversight?.submit(await signReview(verdict));
    expect((await r.read('data/payroll/x')).status).toBe('done');
    expect((await r.read('data/keys/x')).status).toBe('blocked');

    const opened = await r.restart({ operators, policy: { signed: await policyFor(r, 2) } });
    expect((await opened.read('data/keys/x')).status).toBe('done');
    await opened.ttp.close();
    const ports = { clock: r.clock, timer: r.clock, random: r.random };
    const older = { signed: await policyFor(r, 1) };
    expect(await codeRejectedBy(createTtp({ ...r, ports, operators, policy: older }))).toBe(
      'SPL_SERIAL_ROLLBACK',
    );
  });

  it('is not overridden by the agent itself, whatever the roster says of its key', async () => {
    const r = await rig({ operators });
    const own = rosterOf(everything('agent', r.identity.signer));
    await r.ttp.close();
    const ports = { clock: r.clock, timer: r.clock, random: r.random };
    const policy = { signed: await policyFor(r, 2, r.identity.signer) };
    expect(await codeRejectedBy(createTtp({ ...r, ports, operators: own, policy }))).toBe(
      'SPL_SELF_AUTHORED',
    );
  });
});
