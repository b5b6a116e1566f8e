import { asDid, type Did, type Hash } from '@ttp/core';
import {
  createSigner,
  encodeEnvelope,
  generateKeyPair,
  IDENTITY_PURPOSES,
  signEnvelope,
  utf8,
} from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves, seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { loadPolicy, openSignedPolicy, POLICY_MAX_BYTES, signPolicy } from '../src/index.js';

const NOW = 1_700_000_000_000;
const AGENT = asDid('did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG');
const OTHER = asDid('did:ttp:agent:QmT5NvUtoM5nWFfrQdVrFtvGfKFmG7AHE8P34isapyhCxX');
const AUTHORITY = asDid('did:ttp:service:QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR');

const pairs = new Map([AGENT, OTHER, AUTHORITY].map((did, i) => [did, generateKeyPair(seededRandom(i))]));
const pairOf = (did: Did) => pairs.get(did) ?? generateKeyPair(seededRandom('nobody'));
const signerOf = (did: Did) =>
  createSigner({ seed: pairOf(did).seed, kid: `${did}#key-1`, purposes: IDENTITY_PURPOSES });
const keyOf = (kid: string): Uint8Array | undefined =>
  [...pairs].find(([did]) => kid === `${did}#key-1`)?.[1].publicKey;

const text = (more = ''): string =>
  `{ "version": "1.0.0", ${more} "rules": [{ "id": "a", "effect": "deny", "conditions": { "biasScore": { "gt": 0.3 } } }] }`;
const signed = (
  input: { agent?: Did; serial?: number; layer?: string; text?: string; signer?: Did; expires?: number } = {},
) =>
  signPolicy({
    agent: input.agent ?? AGENT,
    serial: input.serial ?? 7,
    text: input.text ?? text(),
    signer: signerOf(input.signer ?? AUTHORITY),
    now: NOW,
    ...(input.layer === undefined ? {} : { layer: input.layer }),
    ...(input.expires === undefined ? {} : { expires: input.expires }),
  });
const open = (envelope: Parameters<typeof openSignedPolicy>[0], last?: { serial: number; hash: Hash }) =>
  openSignedPolicy(envelope, {
    agent: AGENT,
    authorities: [AUTHORITY],
    keyOf,
    now: NOW + 1,
    ...(last === undefined ? {} : { last }),
  });

/** An envelope that `signPolicy` would not sign. */
const raw = (body: { [key: string]: string | number }) =>
  signEnvelope({
    type: 'ttp/policy@1',
    head: { iss: AUTHORITY, iat: NOW },
    body,
    signers: [signerOf(AUTHORITY)],
  });

it('carries the exact text, fractions and all', async () => {
  const envelope = await signed();
  const { policy, serial, agent, authority } = open(encodeEnvelope(envelope));
  expect({ text: policy.text, hash: policy.hash, serial, agent, authority }).toEqual({
    text: text(),
    hash: loadPolicy(text()).hash,
    serial: 7,
    agent: AGENT,
    authority: AUTHORITY,
  });
  expect(open(envelope).id).toBe(open(encodeEnvelope(envelope)).id);
});

it('is opened only from a configured authority, and never from the agent it governs', async () => {
  expect(codeThrownBy(() => open('{}'))).toMatch(/^CRYPTO_ENVELOPE_/);
  const foreign = await signed({ signer: OTHER });
  expect(codeThrownBy(() => open(foreign))).toBe('SPL_FOREIGN_AUTHORITY');
  const own = await signed({ signer: AGENT });
  expect(codeThrownBy(() => open(own))).toBe('SPL_SELF_AUTHORED');
  const listed = { agent: AGENT, authorities: [AGENT, AUTHORITY], keyOf, now: NOW };
  expect(codeThrownBy(() => openSignedPolicy(own, listed))).toBe('SPL_SELF_AUTHORED');
  const genuine = await signed();
  const body = { ...genuine.body, text: text('"defaultEffect": "allow",') };
  expect(codeThrownBy(() => open({ ...genuine, body }))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  const expired = await signed({ expires: NOW + 1 });
  expect(codeThrownBy(() => open(expired))).toBe('CRYPTO_ENVELOPE_EXPIRED');
});

it('is for one agent', async () => {
  const other = await signed({ agent: OTHER });
  expect(codeThrownBy(() => open(other))).toBe('SPL_WRONG_AGENT');
  const contradicting = await signed({ text: text(`"agentDid": "${OTHER}",`) });
  expect(codeThrownBy(() => open(contradicting))).toBe('SPL_WRONG_AGENT');
  const named = await signed({ text: text('"agentDid": "did:tessorium:agent:example:v1",') });
  expect(open(named).policy.document.agentDid).toBe('did:tessorium:agent:example:v1');
});

it('is for one layer, or stands alone', async () => {
  const [alone, team] = [await signed(), await signed({ layer: 'team' })];
  const as = (layer?: string) => ({
    agent: AGENT,
    authorities: [AUTHORITY],
    keyOf,
    now: NOW,
    ...(layer === undefined ? {} : { layer }),
  });
  expect(openSignedPolicy(team, as('team')).serial).toBe(7);
  expect(openSignedPolicy(alone, as()).serial).toBe(7);
  // The weaker policy of a team, in the place of the one that has to hold for all of them.
  expect(codeThrownBy(() => openSignedPolicy(team, as('organisation')))).toBe('SPL_WRONG_LAYER');
  expect(codeThrownBy(() => openSignedPolicy(team, as()))).toBe('SPL_WRONG_LAYER');
  expect(codeThrownBy(() => openSignedPolicy(alone, as('team')))).toBe('SPL_WRONG_LAYER');
  for (const layer of ['', 'Team', 'a b', 'x'.repeat(33)])
    expect(await codeRejectedBy(signed({ layer })), layer).toBe('SPL_BAD_LAYERS');
  const broken = await raw({ agent: AGENT, serial: 1, layer: 1, text: text() });
  expect(codeThrownBy(() => openSignedPolicy(broken, as('team')))).toBe('SPL_BAD_LAYERS');
});

it('never goes back to a lower serial', async () => {
  proves('spl.policy.monotonic-version');
  const envelope = await signed({ serial: 7 });
  const { policy } = open(envelope);
  const other = loadPolicy(text('"description": "other",')).hash;
  expect(open(envelope, { serial: 6, hash: other }).serial).toBe(7);
  expect(open(envelope, { serial: 7, hash: policy.hash }).serial).toBe(7);
  expect(codeThrownBy(() => open(envelope, { serial: 8, hash: policy.hash }))).toBe('SPL_SERIAL_ROLLBACK');
  // Two texts under one serial: whoever signed them could show either.
  expect(codeThrownBy(() => open(envelope, { serial: 7, hash: other }))).toBe('SPL_SERIAL_ROLLBACK');
});

it('is not signed unless it loads, and keeps the default size limit', async () => {
  proves('decision.D16');
  expect(await codeRejectedBy(signed({ text: '{}' }))).toBe('SPL_EMPTY');
  expect(await codeRejectedBy(signed({ text: text() + ' '.repeat(POLICY_MAX_BYTES) }))).toBe('SPL_TOO_LARGE');
  for (const serial of [-1, 1.5, Number.NaN])
    expect(await codeRejectedBy(signed({ serial })), String(serial)).toBe('SPL_BAD_VALUE');
  const large = await raw({ agent: AGENT, serial: 1, text: text() + ' '.repeat(POLICY_MAX_BYTES) });
  expect(utf8(large.body['text']?.toString() ?? '').length).toBeGreaterThan(POLICY_MAX_BYTES);
  expect(codeThrownBy(() => open(large))).toBe('SPL_TOO_LARGE');
  const extra = await raw({ agent: AGENT, serial: 1, text: text(), scope: 'all' });
  expect(codeThrownBy(() => open(extra))).toBe('SPL_UNKNOWN_KEY');
  for (const body of [
    { serial: 1, text: text() },
    { agent: 'x', serial: 1, text: text() },
    { agent: AGENT, text: text() },
    { agent: AGENT, serial: 1 },
  ]) {
    const broken = await raw(Object.fromEntries(Object.entries(body)));
    expect(codeThrownBy(() => open(broken))).toBe('SPL_BAD_VALUE');
  }
});
