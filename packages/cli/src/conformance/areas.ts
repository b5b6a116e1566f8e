import { isHash, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { fromMultikey, hex } from '@ttp/crypto';

/** A case of an area as a request, and what its answer has to be: a result, all or part of it, or one of some codes. */
export interface Asked {
  readonly request: JsonObject;
  readonly result?: Json | undefined;
  readonly isPart?: boolean;
  readonly codes?: readonly string[];
}

/** Another file of the vectors, by its path below them. */
export type Read = (path: string) => Promise<string>;

type Area = (one: JsonObject, read: Read) => Asked | undefined | Promise<Asked | undefined>;

/** Arguments that the protocol cannot even read are refused as a bad request, before the operation sees them. */
const UNREADABLE = 'CONFORMANCE_BAD_REQUEST';

/** How the cases of an area are asked for; undefined for a case that the protocol has no operation for. */
export const AREAS: Readonly<Record<string, Area>> = {
  'spl/match': ({ pattern = null, resource = null, expect, code }) =>
    asked({ op: 'spl.match', pattern, resource }, code, { matches: expect ?? null }),
  'spl/load': ({ policy = null, code }) => {
    const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
    return { ...asked({ op: 'spl.load', text }, code, {}), isPart: true };
  },
  'spl/verdicts': async ({ policy, request, expect }, read) => {
    if (!isJsonObject(request) || typeof policy !== 'string') return undefined;
    const { now, ...rest } = request;
    const text = await read(`spl/${policy}`);
    return {
      request: present({ op: 'spl.evaluate', text, request: rest, now }),
      result: expect,
      isPart: true,
    };
  },
  'tre/decide': ({ interaction, evidence, policy, thresholds, expect, code }) => {
    const request = present({ op: 'tre.decide', interaction, evidence, policy, thresholds });
    if (typeof code === 'string') return { request, codes: [code, UNREADABLE] };
    const { outcome = null, score = null, level = null } = isJsonObject(expect) ? expect : {};
    return { request, result: { v: 1, outcome, risk: { score, level } }, isPart: true };
  },
  'score/trust': ({ facts = null, expect, code }) => {
    const request = { op: 'score.trust', facts, now: 0 };
    if (typeof code === 'string') return { request, codes: [code, UNREADABLE] };
    return { request, result: { report: expect ?? null }, isPart: true };
  },
  'did/parse': ({ did = null, expect, code }) => {
    const method = isJsonObject(expect) ? (expect['method'] ?? null) : null;
    return { ...asked({ op: 'did.parse', did }, code, { method, canonical: did }), isPart: true };
  },
  'did/key-log': ({ entries = null, parents, expect, code }) =>
    parents === undefined ? asked({ op: 'did.log', entries }, code, expect) : undefined,
  'merkle/root': ({ entries = null, expect }) => ({
    request: { op: 'merkle.root', leaves: entries },
    result: { root: digits(expect) },
  }),
  'merkle/inclusion': ({ leafHash, hashes, root, index = null, size = null, expect = null }) => ({
    request: {
      op: 'merkle.verifyInclusion',
      leafHash: digits(leafHash),
      proof: allDigits(hashes),
      root: digits(root),
      index,
      size,
    },
    result: { valid: expect },
  }),
  'merkle/consistency': ({ hashes, root1, root2, size1 = null, size2 = null, expect = null }) => ({
    request: {
      op: 'merkle.verifyConsistency',
      size1,
      size2,
      root1: digits(root1),
      root2: digits(root2),
      proof: allDigits(hashes),
    },
    result: { valid: expect },
  }),
  'merkle/bundle': ({ trust = null, bundle = null, code, line = null }) => {
    const request = { op: 'trace.verify', text: bundle, trust: { logKeys: [trust] } };
    return typeof code === 'string'
      ? { request, result: { valid: false, findings: [{ code, line }] }, isPart: true }
      : { request, result: { valid: true, findings: [] }, isPart: true };
  },
  dlp: ({ parts, expect = null }) => ({
    request: { op: 'dlp.scan', text: Array.isArray(parts) ? parts.join('') : '' },
    result: { findings: expect },
  }),
  json: ({ text, profile, expect, code }) =>
    profile === 'strict' && typeof text === 'string'
      ? asked({ op: 'jcs', text }, code, { canonical: expect ?? null })
      : undefined,
  envelope: ({ envelope, type, keys, signers, audience, now, expect, code }) => {
    // Without an audience in the line, the envelope's own is the reader.
    if (code === 'CRYPTO_ENVELOPE_AUDIENCE' && audience === undefined) return undefined;
    const raw = Object.entries(isJsonObject(keys) ? keys : {}).map(
      ([kid, key]) => [kid, typeof key === 'string' ? hex(fromMultikey(key)) : null] as const,
    );
    const request = present({
      op: 'envelope.verify',
      text: envelope,
      type,
      keys: Object.fromEntries(raw),
      signers,
      audience,
      now,
    });
    if (typeof code === 'string') return { request, result: { valid: false, code } };
    return { request, result: { valid: true, id: isJsonObject(expect) ? (expect['id'] ?? null) : null } };
  },
};

const asked = (request: JsonObject, code: Json | undefined, result: Json | undefined): Asked =>
  typeof code === 'string' ? { request, codes: [code] } : { request, result };

/** The members that are there. */
function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value;
  return kept;
}

/** `sha256:` and digits, as bytes are written in requests: digits alone. */
const digits = (hash: Json | undefined): Json =>
  typeof hash === 'string' && isHash(hash) ? hash.slice('sha256:'.length) : (hash ?? null);

const allDigits = (hashes: Json | undefined): Json =>
  Array.isArray(hashes) ? hashes.map(digits) : (hashes ?? null);
