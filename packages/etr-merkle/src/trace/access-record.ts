import {
  CLASSIFICATIONS,
  type Classification,
  type Did,
  type Envelope,
  type Hash,
  isDid,
  isJsonObject,
  type Json,
  type JsonObject,
  type Signer,
  STAGES,
  type Stage,
  TtpError,
  type TtpEvent,
} from '@ttp/core';
import { envelopeId, issuerOf, signEnvelope, verifyEnvelope } from '@ttp/crypto';

/** Envelope type of an access record. */
const ACCESS_RECORD = 'ttp/access-record@1';

/** Who accessed what, how, and with what result (ttp-protocol.txt L1434). Counts are whole numbers, times ms. */
export interface AccessRecord {
  readonly id: string;
  /** Wall clock, ms. */
  readonly timestamp: number;
  readonly agent: {
    readonly did: Did;
    /** 0 to 100. */
    readonly trustScore: number;
    readonly trustStage: Stage;
    readonly roles: readonly string[];
  };
  readonly resource: { readonly id: string; readonly type: string; readonly classification: Classification };
  readonly operation: { readonly type: string; readonly query: string; readonly rowsAccessed: number };
  readonly outcome: {
    readonly success: boolean;
    readonly bytesTransferred: number;
    /** What was done to the data on its way, such as `redacted:3`. */
    readonly transformations: readonly string[];
  };
  readonly compliance: {
    /** Such as GDPR. */
    readonly frameworks: readonly string[];
    /** Wall clock, ms. */
    readonly retentionUntil: number;
  };
}

/**
 * Signs an access record as an envelope: the signature covers the canonical record, and neither itself nor the entry of
 * the log, which names the envelope by its id (flaw.E6).
 *
 * @throws ETR_BAD_ACCESS_RECORD with the member in `field`, CRYPTO_PURPOSE_NOT_ALLOWED
 */
export async function signAccessRecord(record: AccessRecord, signer: Signer): Promise<Envelope> {
  const body = bodyOf(record);
  parseAccessRecord(body);
  return signEnvelope({
    type: ACCESS_RECORD,
    head: { iss: issuerOf(signer), iat: record.timestamp },
    body,
    signers: [signer],
  });
}

/**
 * Verifies an access record.
 *
 * @param keyOf the public key of a key id that the caller trusts
 * @throws ETR_BAD_ACCESS_RECORD, and the CRYPTO_ENVELOPE_* codes
 */
export function openAccessRecord(
  envelope: Envelope | string,
  keyOf: (kid: string) => Uint8Array | undefined,
): { readonly id: Hash; readonly record: AccessRecord } {
  // A record does not age: it says what happened then.
  const { id, body } = verifyEnvelope(envelope, {
    type: ACCESS_RECORD,
    parse: parseAccessRecord,
    keyOf,
    now: 0,
  });
  return { id, record: body };
}

/**
 * The event that puts an access record into the log: it commits to the envelope and holds nothing of it. The id of its
 * entry, `entryId` of the receipt's leaf hash, is the record's `etrEntryId`.
 */
export const accessEvent = (
  envelope: Envelope,
  { component, at, trace, agent }: Pick<TtpEvent, 'component' | 'at' | 'trace' | 'agent'>,
): TtpEvent => {
  const record = envelopeId(envelope);
  return { type: 'resource-accessed', component, at, trace, agent, subject: record, data: { record } };
};

const bodyOf = ({
  agent,
  resource,
  operation,
  outcome,
  compliance,
  ...record
}: AccessRecord): JsonObject => ({
  v: 1,
  ...record,
  agent: { ...agent },
  resource: { ...resource },
  operation: { ...operation },
  outcome: { ...outcome },
  compliance: { ...compliance },
});

/** Reads a record, strictly. Throws ETR_BAD_ACCESS_RECORD. */
function parseAccessRecord(body: JsonObject): AccessRecord {
  const { v, id, timestamp, agent, resource, operation, outcome, compliance, ...surplus } = body;
  none(surplus, '');
  if (v !== 1) throw bad('v');
  return {
    id: text(id, 'id'),
    timestamp: count(timestamp, 'timestamp'),
    agent: parseAgent(agent),
    resource: parseResource(resource),
    operation: parseOperation(operation),
    outcome: parseOutcome(outcome),
    compliance: parseCompliance(compliance),
  };
}

function parseAgent(json: Json | undefined): AccessRecord['agent'] {
  const { did, trustScore, trustStage, roles, ...surplus } = object(json, 'agent');
  none(surplus, 'agent.');
  if (typeof did !== 'string' || !isDid(did)) throw bad('agent.did');
  const score = count(trustScore, 'agent.trustScore');
  if (score > 100) throw bad('agent.trustScore');
  return {
    did,
    trustScore: score,
    trustStage: oneOf(STAGES, trustStage, 'agent.trustStage'),
    roles: texts(roles, 'agent.roles'),
  };
}

function parseResource(json: Json | undefined): AccessRecord['resource'] {
  const { id, type, classification, ...surplus } = object(json, 'resource');
  none(surplus, 'resource.');
  return {
    id: text(id, 'resource.id'),
    type: text(type, 'resource.type'),
    classification: oneOf(CLASSIFICATIONS, classification, 'resource.classification'),
  };
}

function parseOperation(json: Json | undefined): AccessRecord['operation'] {
  const { type, query, rowsAccessed, ...surplus } = object(json, 'operation');
  none(surplus, 'operation.');
  return {
    type: text(type, 'operation.type'),
    query: text(query, 'operation.query'),
    rowsAccessed: count(rowsAccessed, 'operation.rowsAccessed'),
  };
}

function parseOutcome(json: Json | undefined): AccessRecord['outcome'] {
  const { success, bytesTransferred, transformations, ...surplus } = object(json, 'outcome');
  none(surplus, 'outcome.');
  if (typeof success !== 'boolean') throw bad('outcome.success');
  return {
    success,
    bytesTransferred: count(bytesTransferred, 'outcome.bytesTransferred'),
    transformations: texts(transformations, 'outcome.transformations'),
  };
}

function parseCompliance(json: Json | undefined): AccessRecord['compliance'] {
  const { frameworks, retentionUntil, ...surplus } = object(json, 'compliance');
  none(surplus, 'compliance.');
  return {
    frameworks: texts(frameworks, 'compliance.frameworks'),
    retentionUntil: count(retentionUntil, 'compliance.retentionUntil'),
  };
}

function object(json: Json | undefined, field: string): JsonObject {
  if (!isJsonObject(json)) throw bad(field);
  return json;
}

function none(surplus: JsonObject, within: string): void {
  const [member] = Object.keys(surplus);
  if (member !== undefined) throw bad(`${within}${member}`);
}

function text(json: Json | undefined, field: string): string {
  if (typeof json !== 'string') throw bad(field);
  return json;
}

function texts(json: Json | undefined, field: string): readonly string[] {
  if (!Array.isArray(json)) throw bad(field);
  return json.map((one: Json, n) => text(one, `${field}[${n}]`));
}

function count(json: Json | undefined, field: string): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < 0) throw bad(field);
  return json;
}

function oneOf<T extends string>(list: readonly T[], json: Json | undefined, field: string): T {
  const found = list.find((one) => one === json);
  if (found === undefined) throw bad(field);
  return found;
}

const bad = (field: string): TtpError<'ETR_BAD_ACCESS_RECORD'> =>
  new TtpError('ETR_BAD_ACCESS_RECORD', `not an access record: ${field}`, { field });
