import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { fromBase64url, fromMultikey } from '@ttp/crypto';
import { leafHash, openCheckpoint, parseInclusionProof, verifyInclusion } from '@ttp/etr-merkle';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, type ServerRig, serverRig, textIn } from './rig.js';

afterEach(closeServers);

const entriesOf = ({ entries }: JsonObject): readonly JsonObject[] =>
  Array.isArray(entries) ? entries.filter((one: Json): one is JsonObject => isJsonObject(one)) : [];

const readAudit = async (r: ServerRig, args: JsonObject = {}): Promise<JsonObject> =>
  (await r.ask('read_audit', args)).said;

describe('read_audit', () => {
  it('pages through the log, newest first, and leaves nothing out', async () => {
    const r = await serverRig();
    for (const path of ['data/a', 'data/keys/b', 'data/c']) await r.read(path);
    await r.clock.advance(1000);
    const all: number[] = [];
    let before: Json | undefined;
    for (let pages = 0; pages === 0 || (before !== undefined && pages < 20); pages++) {
      const said = await readAudit(r, { limit: 4, ...(before === undefined ? {} : { before }) });
      all.push(...entriesOf(said).map(({ index }) => Number(index)));
      before = said['next'];
    }
    expect(all).toEqual(r.entries.map(({ index }) => Number(index)).toReversed());
    expect(all.length).toBeGreaterThan(8);
  });

  it('selects by trace and by type', async () => {
    const r = await serverRig();
    await r.read('data/a');
    const [entry] = entriesOf(await readAudit(r, { types: ['policy-armed'] }));
    expect(entry).toMatchObject({ type: 'policy-armed', subject: r.ttp.policy.hash });
    const trace = textIn(entry?.['trace']);
    expect(entriesOf(await readAudit(r, { trace, limit: 100 }))).toHaveLength(r.entries.length);
    expect(entriesOf(await readAudit(r, { trace: '0'.repeat(32) }))).toEqual([]);
  });

  it('holds no argument and no result', async () => {
    const r = await serverRig();
    await r.read('data/very-private-name');
    const { text } = await r.ask('read_audit', { limit: 100, prove: true });
    expect(text).not.toContain('very-private-name');
    expect(text).toContain('effect-finished');
  });

  it('writes out what hides in the log', async () => {
    const r = await serverRig();
    await r.ttp.note(
      'finding-raised',
      'tool\u202e',
      { note: 'a\u200bb', 'na\u200bme': ['\u{e0041}'] },
      'test',
    );
    const { said, text } = await r.ask('read_audit', { types: ['finding-raised'], prove: true });
    expect(entriesOf(said)).toMatchObject([
      {
        subject: 'tool\\u{202e}',
        component: 'test',
        data: { note: 'a\\u{200b}b', 'na\\u{200b}me': ['\\u{e0041}'] },
      },
    ]);
    expect(text).not.toMatch(/[\u200b\u202e]|\u{e0041}/u);
  });

  it('proves each entry under a checkpoint that is signed', async () => {
    const r = await serverRig();
    await r.read('data/a');
    const said = await readAudit(r, { prove: true, limit: 100 });
    expect(said['logKey']).toBe(r.ttp.logKey);
    const { size, root } = openCheckpoint(textIn(said['checkpoint']), {
      name: textIn(said['log']),
      publicKey: fromMultikey(r.ttp.logKey),
    });
    expect(Number(size)).toBe(said['size']);
    for (const { leaf, proof } of entriesOf(said)) {
      if (!isJsonObject(proof)) throw new Error('an entry without a proof');
      const { index, proof: hashes } = parseInclusionProof(proof);
      const bytes = fromBase64url(textIn(leaf));
      expect(verifyInclusion({ leafHash: leafHash(bytes), index, size, proof: hashes, root })).toBe(true);
      bytes[10] = (bytes[10] ?? 0) ^ 1;
      expect(verifyInclusion({ leafHash: leafHash(bytes), index, size, proof: hashes, root })).toBe(false);
    }
  });

  it('stops an answer where it becomes long, and says where it goes on', async () => {
    const r = await serverRig();
    for (let n = 0; n < 6; n++)
      await r.ttp.note('finding-raised', `large-${n}`, { filling: 'x'.repeat(60_000) }, 'test');
    const said = await readAudit(r, { types: ['finding-raised'] });
    expect(entriesOf(said)).toHaveLength(4);
    const rest = await readAudit(r, { types: ['finding-raised'], before: said['next'] ?? null });
    expect(entriesOf(rest).map(({ subject }) => subject)).toEqual(['large-1', 'large-0']);
    expect(rest['next']).toBeUndefined();
  });

  it.each([
    ['no trace', { trace: 'etc' }, 'trace'],
    ['no type', { types: ['secret'] }, 'types[0]'],
    ['too many', { limit: 101 }, 'limit'],
    ['none', { limit: 0 }, 'limit'],
    ['half an entry', { before: 1.5 }, 'before'],
  ])('refuses %s', async (_, args, field) => {
    const r = await serverRig();
    const { meta } = await r.ask('read_audit', args);
    expect(meta).toEqual({ 'ttp/code': 'GATEWAY_BAD_REQUEST', 'ttp/field': field });
  });

  it('says so where there is no such log, and once the enforcement point was closed', async () => {
    const r = await serverRig();
    expect((await r.ask('read_audit', { log: 3 })).meta['ttp/code']).toBe('ETR_NO_ENTRY');
    await r.ttp.close();
    expect((await r.ask('read_audit')).isError).toBe(true);
  });
});

describe('verify_bundle', () => {
  it('verifies a log by the key that is trusted, and decides again', async () => {
    const r = await serverRig();
    await r.read('data/a');
    await r.read('data/keys/b');
    const bundle = await r.ttp.exportBundle();
    const logKey = `${r.ttp.did}=${r.ttp.logKey}`;
    expect((await r.ask('verify_bundle', { bundle, logKey })).said).toMatchObject({
      valid: true,
      origin: `${r.ttp.did}/log/0`,
      findings: [],
      decisions: { same: 2, differs: 0, absent: 0 },
    });
  });

  it('finds what was changed, and by whom it was not signed', async () => {
    const r = await serverRig();
    await r.read('data/a');
    const bundle = await r.ttp.exportBundle();
    const logKey = `${r.ttp.did}=${r.ttp.logKey}`;
    const changed = bundle.replace('policy-armed', 'policy-harmed');
    expect((await r.ask('verify_bundle', { bundle: changed, logKey })).said).toMatchObject({
      valid: false,
      findings: [{ check: 'lines', code: 'ETR_BUNDLE_LINE' }],
      decisions: { same: 0 },
    });
    const other = await serverRig({ server: {} });
    const theirs = `${other.ttp.did}=${other.ttp.logKey}`;
    const elsewhere = `did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy=${r.ttp.logKey}`;
    const moved = await r.ask('verify_bundle', { bundle, logKey: elsewhere });
    expect(moved.said).toMatchObject({ valid: false, decisions: { same: 0 } });
    const said = (await r.ask('verify_bundle', { bundle: 'no bundle', logKey: theirs })).said;
    expect(said).toMatchObject({ valid: false, entries: 0, findings: [{ check: 'signature' }] });
  });

  it.each([
    'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    'z6Mk',
    'did:ttp:agent:QmX=z6Mk',
    '=',
    'did:ttp:agent:QmX',
  ])('refuses %s for a log key', async (logKey) => {
    const r = await serverRig();
    const { meta } = await r.ask('verify_bundle', { bundle: 'x', logKey });
    expect(meta).toEqual({ 'ttp/code': 'GATEWAY_BAD_REQUEST', 'ttp/field': 'logKey' });
  });

  it('reads no bundle that is too large', async () => {
    const r = await serverRig();
    const told = await r.ask('verify_bundle', { bundle: 'x'.repeat(2_097_153), logKey: 'x' });
    expect(told.meta).toEqual({ 'ttp/code': 'GATEWAY_BAD_REQUEST', 'ttp/field': 'bundle' });
  });
});
