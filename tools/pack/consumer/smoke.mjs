// What an agent embeds, from key to proof, in any runtime of ES modules. Says what came out on one line.
import { systemClock, systemRandom } from '@ttp/adapters/system';
import { asDid } from '@ttp/core';
import {
  createSigner,
  encodeEnvelope,
  generateKeyPair,
  IDENTITY_PURPOSES,
  LOG_PURPOSES,
  multikey,
  signEnvelope,
  utf8,
  verifyEnvelope,
} from '@ttp/crypto';
import { createTree, inclusionProofOf, signCheckpoint } from '@ttp/etr-merkle';
import { leafHash, openCheckpoint, parseInclusionProof, verifyInclusion } from '@ttp/etr-merkle/verify';
import { evaluate, loadPolicy } from '@ttp/spl';

const codeOf = (work) => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error.code;
  }
};

async function signAndVerify() {
  const { seed, publicKey } = generateKeyPair(systemRandom);
  const iss = asDid(`did:key:${multikey(publicKey)}`);
  const signer = createSigner({ seed, kid: `${iss}#key-1`, purposes: IDENTITY_PURPOSES });
  const now = systemClock.now();
  const body = { agent: iss, serial: 1, text: '{}' };
  const envelope = await signEnvelope({
    type: 'ttp/policy@1',
    head: { iss, iat: now },
    body,
    signers: [signer],
  });
  const options = { type: 'ttp/policy@1', parse: (read) => read, keyOf: () => publicKey, now };
  const wire = encodeEnvelope(envelope);
  const forged = JSON.stringify({ ...envelope, body: { ...body, serial: 2 } });
  return {
    verified: verifyEnvelope(wire, options).signers.join() === iss,
    forged: codeOf(() => verifyEnvelope(JSON.parse(forged), options)),
  };
}

function decide() {
  const rule = { id: 'notes', effect: 'allow', resources: ['file:notes/**'], actions: ['read'] };
  const policy = loadPolicy({ version: '1.0.0', rules: [rule], defaultEffect: 'deny' });
  const facts = { now: 1_700_000_000_000, engine: {}, resolver: {}, registry: {}, caller: {} };
  const effectOf = (resource) => evaluate(policy, { resource, action: 'read', ...facts }).effect;
  return { inside: effectOf('file:notes/plan.txt'), outside: effectOf('file:notes/../secrets.txt') };
}

async function prove() {
  const { seed, publicKey } = generateKeyPair(systemRandom);
  const did = `did:key:${multikey(publicKey)}`;
  const signer = createSigner({ seed, kid: `${did}#log-1`, purposes: LOG_PURPOSES });
  const entries = ['one', 'two', 'three'].map((text) => utf8(text));
  const tree = createTree(entries.map(leafHash));
  const origin = `${did}/log/0`;
  const signed = await signCheckpoint({ origin, size: tree.size, root: tree.root() }, signer);
  const proof = inclusionProofOf(1n, tree.size, tree.inclusionProof(1n, tree.size));
  const { root } = openCheckpoint(signed, { name: origin, publicKey });
  const claim = { ...parseInclusionProof(JSON.parse(JSON.stringify(proof))), root };
  const included = (entry) => verifyInclusion({ ...claim, leafHash: leafHash(entry) });
  return { included: included(entries[1]), another: included(entries[2]) };
}

const result = JSON.stringify({ ...(await signAndVerify()), ...decide(), ...(await prove()) });
console.log(result);
if (globalThis.document !== undefined) document.title = result;
