import { asDid } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createTree,
  leafHash,
  openCheckpoint,
  openHead,
  openTreeHead,
  parseCheckpoint,
  signCheckpoint,
  signHead,
  signNote,
  signTreeHead,
} from '../src/index.js';
import { logKey, POINT } from './fixture.js';

const signer = logKey();
const origin = `${POINT}/log/0`;
const root = leafHash(Uint8Array.of(1));
const head = { origin, size: 1n, root };
const NOW = 1_700_000_000_000;

describe('a checkpoint', () => {
  it('is origin, decimal size and base64 root, signed by the log key under the origin', async () => {
    proves('etr-merkle.sth.signed');
    const note = await signCheckpoint({ ...head, size: 2n ** 64n - 1n }, signer);
    const [first, second, third, blank, signature] = note.split('\n');
    expect([first, second, third?.length, blank]).toEqual([origin, '18446744073709551615', 44, '']);
    expect(signature).toContain(`\u2014 ${origin} `);
    const key = { name: origin, publicKey: signer.publicKey };
    expect(openCheckpoint(note, key)).toEqual({ ...head, size: 2n ** 64n - 1n, extensions: [] });
  });

  it('keeps extension lines of others', () => {
    const text = 'example.com\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n';
    expect(parseCheckpoint(text)).toMatchObject({ size: 0n, extensions: ['more'] });
  });

  it('is refused in any other form', () => {
    const b64 = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
    const malformed = [
      '',
      `a\n1\n${b64}`,
      `a\n01\n${b64}\n`,
      `a\n-1\n${b64}\n`,
      `a\n1.0\n${b64}\n`,
      `a\n+1\n${b64}\n`,
      `a\n18446744073709551616\n${b64}\n`,
      `a\n1${'0'.repeat(1000)}\n${b64}\n`,
      `\n1\n${b64}\n`,
      `a\n1\n${b64}\n\n`,
      `a\n1\n${b64.slice(0, -4)}\n`,
      `a\n1\n${b64.slice(0, -1)}\n`,
      'a\n1\n',
    ];
    for (const text of malformed)
      expect([text, codeThrownBy(() => parseCheckpoint(text))]).toEqual([text, 'ETR_BAD_CHECKPOINT']);
  });

  it('is not taken for the checkpoint of another log of the same key', async () => {
    proves('flaw.E4');
    const note = await signCheckpoint(head, signer);
    const foreign = { name: `${POINT}/log/1`, publicKey: signer.publicKey };
    expect(codeThrownBy(() => openCheckpoint(note, foreign))).toBe('ETR_NOTE_UNTRUSTED');
    // The name in the signature line is the attacker's to write; the origin is inside what is signed.
    const renamed = await signNote(note.split('\n\n')[0]?.concat('\n') ?? '', foreign.name, signer);
    expect(codeThrownBy(() => openCheckpoint(renamed, foreign))).toBe('ETR_BAD_ORIGIN');
  });

  it('is refused for what cannot be an origin, root or size', async () => {
    expect(await codeRejectedBy(signCheckpoint({ ...head, origin: 'two words' }, signer))).toBe(
      'ETR_BAD_ORIGIN',
    );
    expect(await codeRejectedBy(signCheckpoint({ ...head, origin: '' }, signer))).toBe('ETR_BAD_ORIGIN');
    expect(await codeRejectedBy(signCheckpoint({ ...head, size: -1n }, signer))).toBe('ETR_BAD_POSITION');
    expect(await codeRejectedBy(signCheckpoint({ ...head, size: 2n ** 64n }, signer))).toBe(
      'ETR_BAD_POSITION',
    );
    expect(await codeRejectedBy(signCheckpoint({ ...head, root: new Uint8Array(3) }, signer))).toBe(
      'ETR_BAD_HASH',
    );
  });
});

describe('a signed tree head', () => {
  it('binds origin, size, root and time in both forms', async () => {
    proves('etr-merkle.sth.signed', 'flaw.E4');
    const { signed, open } = await signHead(head, NOW, undefined, signer);
    expect(openHead(signed, origin, signer)).toEqual(open);
    expect(open).toMatchObject({ ...head, at: NOW });
    const { body } = signed.treeHead;
    const altered = [
      { ...signed.treeHead, body: { ...body, origin: `${POINT}/log/1` } },
      { ...signed.treeHead, body: { ...body, size: 2 } },
      { ...signed.treeHead, body: { ...body, root: `sha256:${'0'.repeat(64)}` } },
      { ...signed.treeHead, head: { ...signed.treeHead.head, iat: NOW + 1 } },
    ];
    for (const treeHead of altered)
      expect(codeThrownBy(() => openTreeHead(treeHead, signer))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });

  it('does not go back in time, and chains to the one before', async () => {
    proves('etr-merkle.sth.signed', 'flaw.E4');
    const first = (await signHead(head, NOW, undefined, signer)).open;
    const second = (await signHead({ ...head, size: 2n }, NOW - 5000, first, signer)).open;
    expect(second).toMatchObject({ at: NOW, prev: first.id });
    const late = signHead({ ...head, size: 3n }, NOW - 60_001, second, signer);
    expect(await codeRejectedBy(late)).toBe('CORE_CLOCK_REGRESSED');
  });

  it('is one head: a checkpoint of one tree with the envelope of another is refused', async () => {
    const a = (await signHead(head, NOW, undefined, signer)).signed;
    const b = (await signHead({ ...head, size: 2n }, NOW, undefined, signer)).signed;
    const mixed = { checkpoint: a.checkpoint, treeHead: b.treeHead };
    expect(codeThrownBy(() => openHead(mixed, origin, signer))).toBe('ETR_BAD_CHECKPOINT');
    expect(codeThrownBy(() => openHead(a, `${POINT}/log/1`, signer))).toBe('ETR_NOTE_UNTRUSTED');
  });

  it('is refused with another key, and with a body that is no tree head', async () => {
    const envelope = await signTreeHead({ ...head, at: NOW }, signer);
    const stranger = { kid: signer.kid, publicKey: logKey(2).publicKey };
    expect(codeThrownBy(() => openTreeHead(envelope, stranger))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(codeThrownBy(() => openTreeHead(envelope, logKey(1, asDid('did:ttp:agent:QmOther'))))).toBe(
      'CRYPTO_ENVELOPE_KEY_UNKNOWN',
    );
    for (const body of [
      { v: 2 },
      { v: 1, origin, size: 1, root: 'x', more: 1 },
      { v: 1, origin, size: -1, root: 'x' },
    ]) {
      const wrong = await signEnvelope({
        type: 'ttp/tree-head@1',
        head: { iss: POINT, iat: NOW },
        body,
        signers: [signer],
      });
      expect(codeThrownBy(() => openTreeHead(wrong, signer))).toBe('ETR_BAD_CHECKPOINT');
    }
  });

  it('is not signed by an identity key', async () => {
    proves('etr-merkle.sth.dedicated-key', 'flaw.E4');
    const identity = createSigner({
      seed: new Uint8Array(32).fill(9),
      kid: `${POINT}#key-1`,
      purposes: IDENTITY_PURPOSES.filter((purpose) => purpose !== 'ttp/tree-head@1'),
    });
    expect(await codeRejectedBy(signCheckpoint(head, identity))).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
    expect(await codeRejectedBy(signTreeHead({ ...head, at: NOW }, identity))).toBe(
      'CRYPTO_PURPOSE_NOT_ALLOWED',
    );
  });

  it('cannot be written with a size that JSON has no integer for', async () => {
    const tree = createTree([root]);
    const large = { origin, size: 2n ** 53n, root: tree.root(), at: NOW };
    expect(await codeRejectedBy(Promise.resolve().then(() => signTreeHead(large, signer)))).toBe(
      'ETR_BAD_POSITION',
    );
  });
});
