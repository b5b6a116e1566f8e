import {
  codeOf,
  EFFECTS,
  type Effect,
  type ErrorCode,
  isJsonObject,
  type Json,
  type JsonObject,
} from '@ttp/core';
import { canonicalize, parseJson } from '@ttp/crypto';
import { own } from './attributes.js';
import { type CallMap, mapCall } from './call-map.js';
import type { PolicyRequest } from './facts.js';
import { fail } from './fail.js';
import { at } from './field.js';
import { evaluatePolicies, type PolicyLayers } from './layers.js';
import { POLICY_CEILING_BYTES, POLICY_TESTS_MAX, TEXT_MAX_CHARACTERS } from './limits.js';
import type { Policy } from './load.js';
import { objectAt } from './object-at.js';
import { REASON_CODES, type ReasonCode } from './reasons.js';
import { hint } from './suggest.js';

/** A tool call to be named by a call map. */
export interface PolicyTestCall {
  readonly server: string;
  readonly tool: string;
  readonly input: Json;
}

/** What has to come out. What is left out is not looked at. */
export interface PolicyTestExpectation {
  readonly effect: Effect;
  /** Exactly these rules decided, in any order. */
  readonly rules?: readonly string[];
  /** These reasons are among those given. */
  readonly reasons?: readonly ReasonCode[];
}

/** One test: a request, or a call, and what the policy has to say to it. */
export interface PolicyTest {
  readonly name: string;
  /** Without `resource` and `action` where `call` names them. */
  readonly request: Omit<PolicyRequest, 'resource' | 'action'> & {
    readonly resource?: string;
    readonly action?: string;
  };
  readonly call?: PolicyTestCall;
  readonly expect: PolicyTestExpectation;
}

/** Tests of a policy, as they stand in a file. */
export interface PolicyTestFile {
  /** Name of the policy's file, seen from this one. */
  readonly policy?: string;
  /** Name of the call map's file, seen from this one. */
  readonly callMap?: string;
  readonly tests: readonly PolicyTest[];
}

/** How one test came out. */
export interface PolicyTestResult {
  readonly name: string;
  readonly passed: boolean;
  readonly expected: PolicyTestExpectation;
  readonly actual: {
    readonly effect: Effect;
    readonly rules: readonly string[];
    readonly reasons: readonly ReasonCode[];
    /** Why the call map refuses the call, which is a denial. */
    readonly code?: ErrorCode;
  };
  /** What is not as expected. */
  readonly differs: readonly ('effect' | 'rules' | 'reasons')[];
}

const FACTS = ['engine', 'resolver', 'registry', 'caller'] as const;

/**
 * Reads a file of policy tests: `{ "version": 1, "policy"?, "callMap"?, "tests": [{ "name", "request" or "call",
 * "expect": { "effect", "rules"?, "reasons"? } }] }`. A request has `resource`, `action`, `now`, `engine`, `resolver`,
 * `registry` and `caller`, a call `server`, `tool`, `input` and beside them the same facts. Facts left out are not
 * known, and neither is the time without `now`.
 *
 * @throws SPL_BAD_TYPE, SPL_BAD_VALUE, SPL_UNKNOWN_KEY, SPL_UNKNOWN_VERSION, SPL_UNKNOWN_EFFECT, SPL_MISSING_KEY,
 * SPL_TOO_LONG, CRYPTO_JSON_*
 */
export function parsePolicyTests(input: string | Uint8Array | JsonObject): PolicyTestFile {
  const text = typeof input === 'string' || input instanceof Uint8Array ? input : canonicalize(input);
  const root = objectAt(parseJson(text, { maxBytes: POLICY_CEILING_BYTES }), '', [
    'version',
    'policy',
    'callMap',
    'tests',
  ]);
  if (own(root, 'version') !== 1) fail('SPL_UNKNOWN_VERSION', 'the version of policy tests is 1', 'version');
  const list = required(root, 'tests', '');
  if (!Array.isArray(list)) return fail('SPL_BAD_TYPE', 'expected array', 'tests');
  if (list.length === 0) fail('SPL_BAD_VALUE', 'there is no test', 'tests');
  if (list.length > POLICY_TESTS_MAX) fail('SPL_TOO_LONG', `more than ${POLICY_TESTS_MAX} tests`, 'tests');
  const tests = list.map((json: Json, i) => parseTest(json, at('tests', i)));
  const names = new Set<string>();
  for (const [i, { name }] of tests.entries()) {
    if (names.has(name)) fail('SPL_BAD_VALUE', 'two tests have this name', at(at('tests', i), 'name'));
    names.add(name);
  }
  return {
    ...(own(root, 'policy') === undefined ? {} : { policy: textAt(root, 'policy', '') }),
    ...(own(root, 'callMap') === undefined ? {} : { callMap: textAt(root, 'callMap', '') }),
    tests,
  };
}

/**
 * Runs tests against a policy. A call that the call map cannot name is a denial, as it is in use.
 *
 * @param policy one, or layers: their rules are named `<layer>/<rule>` then
 * @param callMap for tests with a `call`; without one every call is the action `call` on `mcp:<server>/<tool>`
 * @returns one result for each test, in their order
 * @throws SPL_NOT_LOADED
 */
export function testPolicy(
  policy: Policy | PolicyLayers,
  tests: readonly PolicyTest[],
  callMap?: CallMap,
): readonly PolicyTestResult[] {
  return tests.map((test): PolicyTestResult => {
    const { name, expect } = test;
    const actual = outcomeOf(policy, test, callMap);
    const differs: ('effect' | 'rules' | 'reasons')[] = [];
    if (actual.effect !== expect.effect) differs.push('effect');
    if (expect.rules !== undefined && canonicalize([...expect.rules].sort()) !== canonicalize(actual.rules))
      differs.push('rules');
    if (expect.reasons?.some((code) => !actual.reasons.includes(code)) === true) differs.push('reasons');
    return { name, passed: differs.length === 0, expected: expect, actual, differs };
  });
}

function outcomeOf(
  policy: Policy | PolicyLayers,
  test: PolicyTest,
  callMap?: CallMap,
): PolicyTestResult['actual'] {
  try {
    const { effect, rules, reasons } = evaluatePolicies(policy, requestOfTest(test, callMap));
    return { effect, rules, reasons: [...new Set(reasons.map(({ code }) => code))] };
  } catch (error) {
    const code = codeOf(error, 'SPL_BAD_CALL');
    if (code !== 'SPL_BAD_CALL') throw error;
    return { effect: 'deny', rules: [], reasons: [], code };
  }
}

/**
 * What a test asks the policy.
 *
 * @throws SPL_BAD_CALL where the call map cannot name its call
 */
export function requestOfTest(
  { request, call }: PolicyTest,
  callMap: CallMap = { tools: new Map() },
): PolicyRequest {
  const { resource = '', action = '' } = request;
  const mapped = call === undefined ? { resource, action, registry: {} } : mapCall(callMap, call);
  const args = call === undefined ? {} : { request: call.input };
  return {
    ...request,
    ...mapped,
    registry: { ...request.registry, ...mapped.registry },
    // The arguments last: claims must not replace them.
    caller: { ...request.caller, ...args },
  };
}

function parseTest(json: Json, field: string): PolicyTest {
  const test = objectAt(json, field, ['name', 'request', 'call', 'expect']);
  const name = textAt(test, 'name', field);
  const expected = parseExpectation(required(test, 'expect', field), at(field, 'expect'));
  const [request, call] = [own(test, 'request'), own(test, 'call')];
  if ((request === undefined) === (call === undefined))
    return fail('SPL_MISSING_KEY', 'a test has a request or a call', at(field, 'request'));
  const where = at(field, request === undefined ? 'call' : 'request');
  const mandatory = request === undefined ? ['server', 'tool', 'input'] : ['resource', 'action'];
  const asked = objectAt(request ?? call, where, [...mandatory, 'now', ...FACTS]);
  const known = parseFacts(asked, where);
  if (request === undefined) {
    const input = required(asked, 'input', where);
    const named = { server: textAt(asked, 'server', where), tool: textAt(asked, 'tool', where), input };
    return { name, request: known, call: named, expect: expected };
  }
  const scope = { resource: textAt(asked, 'resource', where), action: textAt(asked, 'action', where) };
  return { name, request: { ...known, ...scope }, expect: expected };
}

function parseFacts(asked: JsonObject, field: string): PolicyTest['request'] {
  const { now = Number.NaN } = asked;
  if (typeof now !== 'number') return fail('SPL_BAD_TYPE', 'a time in ms since 1970', at(field, 'now'));
  const facts = (source: (typeof FACTS)[number]): JsonObject => {
    const { [source]: value = {} } = asked;
    return isJsonObject(value) ? value : fail('SPL_BAD_TYPE', 'expected object', at(field, source));
  };
  const [engine, resolver] = [facts('engine'), facts('resolver')];
  return { now, engine, resolver, registry: facts('registry'), caller: facts('caller') };
}

function parseExpectation(json: Json, field: string): PolicyTestExpectation {
  const expected = objectAt(json, field, ['effect', 'rules', 'reasons']);
  const name = textAt(expected, 'effect', field);
  const effect = EFFECTS.find((one) => one === name);
  if (effect === undefined)
    return fail('SPL_UNKNOWN_EFFECT', `no effect ${name}${hint(name, EFFECTS)}`, at(field, 'effect'));
  const rules = textsAt(expected, 'rules', field);
  const codes = textsAt(expected, 'reasons', field)?.map((code, i): ReasonCode => {
    if (isReasonCode(code)) return code;
    const known = hint(code, Object.keys(REASON_CODES));
    return fail('SPL_BAD_VALUE', `no reason ${code}${known}`, at(at(field, 'reasons'), i));
  });
  return {
    effect,
    ...(rules === undefined ? {} : { rules }),
    ...(codes === undefined ? {} : { reasons: codes }),
  };
}

const isReasonCode = (code: string): code is ReasonCode => Object.hasOwn(REASON_CODES, code);

function textAt(object: JsonObject, key: string, field: string): string {
  const value = required(object, key, field);
  if (typeof value !== 'string') return fail('SPL_BAD_TYPE', 'expected string', at(field, key));
  if (value === '' || value.length > TEXT_MAX_CHARACTERS)
    return fail('SPL_BAD_VALUE', `a text of 1 to ${TEXT_MAX_CHARACTERS} characters`, at(field, key));
  return value;
}

function textsAt(object: JsonObject, key: string, field: string): readonly string[] | undefined {
  const value = own(object, key);
  if (value === undefined) return undefined;
  const isTexts = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isTexts ? value : fail('SPL_BAD_TYPE', 'expected an array of texts', at(field, key));
}

function required(object: JsonObject, key: string, field: string): Json {
  const value = own(object, key);
  return value === undefined ? fail('SPL_MISSING_KEY', 'missing', at(field, key)) : value;
}
