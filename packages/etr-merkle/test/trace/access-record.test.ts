import { asDid, type JsonObject } from '@ttp/core';
import { createSigner, envelopeId, IDENTITY_PURPOSES, signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { entryId } from '../../src/index.js';
import { type AccessRecord, accessEvent, openAccessRecord, signAccessRecord } from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';
import { bench, entriesOf, NOW, TRACE } from './fixture.js';

const RECORD: AccessRecord = {
  id: 'audit-1',
  timestamp: NOW,
  agent: { did: asDid('did:ttp:agent:QmGuest'), trustScore: 72, trustStage: 'building', roles: ['analyst'] },
  resource: { id: 'db:customers', type: 'database', classification: 'confidential' },
  operation: { type: 'select', query: 'customers by region', rowsAccessed: 12 },
  outcome: { success: true, bytesTransferred: 4096, transformations: ['redacted:3', 'masked:2'] },
  compliance: { frameworks: ['GDPR', 'HIPAA'], retentionUntil: NOW + 1000 },
};
const signer = createSigner({
  seed: new Uint8Array(32).fill(9),
  kid: `${POINT}#key-1`,
  purposes: IDENTITY_PURPOSES,
});
const keyOf = (kid: string) => (kid === signer.kid ? signer.publicKey : undefined);

describe('an access record', () => {
  it('has every field of the documents, and is signed without its signature and its entry', async () => {
    proves('etr-merkle.audit-record.fields', 'etr-merkle.audit-record.signature', 'flaw.E6');
    const envelope = await signAccessRecord(RECORD, signer);
    expect(envelope.type).toBe('ttp/access-record@1');
    expect(Object.keys(envelope.body).toSorted()).toEqual([
      'agent',
      'compliance',
      'id',
      'operation',
      'outcome',
      'resource',
      'timestamp',
      'v',
    ]);
    const opened = openAccessRecord(envelope, keyOf);
    expect(opened).toEqual({ id: envelopeId(envelope), record: RECORD });
  });

  it('goes into the log by its hash, and gets its entry id from there', async () => {
    proves('etr-merkle.audit-record.fields', 'etr-merkle.audit-record.entry-id', 'flaw.E6');
    const { recorder } = await bench();
    const envelope = await signAccessRecord(RECORD, signer);
    const context = { component: 'test', at: NOW, trace: TRACE, agent: POINT };
    const [index = 0n] = await recorder.record([accessEvent(envelope, context)]);
    const [entry] = await entriesOf(recorder);
    expect(entry?.data).toEqual({ record: envelopeId(envelope) });
    expect(entryId(recorder.receipt(index).leafHash)).toMatch(/^etr:[0-9a-f]{64}$/);
  });

  it('that was altered, or signed by another key or for another purpose, is refused', async () => {
    proves('etr-merkle.audit-record.signature');
    const envelope = await signAccessRecord(RECORD, signer);
    const altered = { ...envelope, body: { ...envelope.body, id: 'audit-2' } };
    expect(codeThrownBy(() => openAccessRecord(altered, keyOf))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(codeThrownBy(() => openAccessRecord(envelope, () => undefined))).toBe(
      'CRYPTO_ENVELOPE_KEY_UNKNOWN',
    );
    expect(await codeRejectedBy(signAccessRecord(RECORD, logKey()))).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
  });

  it.each<[string, object]>([
    ['id', { id: 7 }],
    ['timestamp', { timestamp: -1 }],
    ['agent.did', { agent: { ...RECORD.agent, did: 'nobody' } }],
    ['agent.trustScore', { agent: { ...RECORD.agent, trustScore: 101 } }],
    ['agent.trustStage', { agent: { ...RECORD.agent, trustStage: 'gold' } }],
    ['agent.roles[0]', { agent: { ...RECORD.agent, roles: [1] } }],
    ['agent.more', { agent: { ...RECORD.agent, more: 1 } }],
    ['resource.classification', { resource: { ...RECORD.resource, classification: 'secret' } }],
    ['operation.rowsAccessed', { operation: { ...RECORD.operation, rowsAccessed: '12' } }],
    ['outcome.success', { outcome: { ...RECORD.outcome, success: 'yes' } }],
    ['outcome.transformations', { outcome: { ...RECORD.outcome, transformations: 'none' } }],
    ['compliance.retentionUntil', { compliance: { frameworks: [] } }],
    ['etrEntryId', { etrEntryId: 'etr:00' }],
    ['v', { v: 2 }],
  ])('with a bad %s is refused, by whoever signs and whoever reads', async (field, members) => {
    proves('etr-merkle.audit-record.fields');
    const body: JsonObject = JSON.parse(JSON.stringify({ v: 1, ...RECORD, ...members }));
    const head = { iss: POINT, iat: NOW };
    const envelope = await signEnvelope({ type: 'ttp/access-record@1', head, body, signers: [signer] });
    expect(() => openAccessRecord(envelope, keyOf)).toThrow(
      expect.objectContaining({ code: 'ETR_BAD_ACCESS_RECORD', field }),
    );
    if (field === 'v') return;
    await expect(signAccessRecord({ ...RECORD, ...members }, signer)).rejects.toThrow(
      expect.objectContaining({ code: 'ETR_BAD_ACCESS_RECORD', field }),
    );
  });
});
