// What a user writes, so that the declarations are used and not only read.
import { systemClock, systemRandom } from '@ttp/adapters/system';
import { asDid, type Did, type Hash, TtpError } from '@ttp/core';
import {
  createSigner,
  generateKeyPair,
  IDENTITY_PURPOSES,
  multikey,
  signEnvelope,
  verifyEnvelope,
} from '@ttp/crypto';
import { verifyInclusion } from '@ttp/etr-merkle/verify';
import { evaluate, loadPolicy, type PolicyVerdict } from '@ttp/spl';

const { seed, publicKey } = generateKeyPair(systemRandom);
const iss: Did = asDid(`did:key:${multikey(publicKey)}`);
const signer = createSigner({ seed, kid: `${iss}#key-1`, purposes: IDENTITY_PURPOSES });
const envelope = await signEnvelope({
  type: 'ttp/policy@1',
  head: { iss, iat: systemClock.now() },
  body: { agent: iss },
  signers: [signer],
});
const verified = verifyEnvelope(envelope, {
  type: 'ttp/policy@1',
  parse: ({ agent }) => {
    if (typeof agent !== 'string') throw new TtpError('MY_CODE', 'no agent');
    return agent;
  },
  keyOf: () => publicKey,
  now: systemClock.now(),
});
export const agent: string = verified.body;
export const id: Hash = verified.id;

const policy = loadPolicy({ version: '1.0.0', rules: [], defaultEffect: 'deny' });
export const verdict: PolicyVerdict = evaluate(policy, {
  resource: 'file:a',
  action: 'read',
  now: 0,
  engine: {},
  resolver: {},
  registry: {},
  caller: {},
});

// @ts-expect-error a claim has a root
export const included: boolean = verifyInclusion({ leafHash: publicKey, index: 0n, size: 1n, proof: [] });
