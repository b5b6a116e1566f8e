import { isJsonObject, type Json, TtpError } from '@ttp/core';
import { plainJson } from '../plain.js';
import { blockText, scanAcross } from './blocks.js';
import type { DlpAction, DlpSeverity } from './rules.js';
import { type DlpFinding, scanText } from './scan.js';

/** What stands in place of a finding (ttp-protocol.txt L1405). */
export const REDACTED = '[REDACTED]';

/** Names in a path are cut here: a key is data too. */
const PATH_NAME_UNITS = 64;

/** What was found at one place of a JSON value: kind, path and count, never the value. */
export interface DlpReport {
  readonly rule: string;
  /** Such as `items[2].note`; empty for the value itself. Keys that held something are named by their redaction. */
  readonly path: string;
  readonly count: number;
  readonly severity: DlpSeverity;
  readonly action: DlpAction;
}

/** A value after redaction, and what was found in it. */
export interface Redaction<T extends Json = Json> {
  readonly value: T;
  readonly reports: readonly DlpReport[];
}

/**
 * Scans every string, number (as its text) and object key of a JSON value.
 *
 * @throws GUARD_NOT_JSON, GUARD_VALUE_TOO_LARGE, GUARD_DLP_TOO_ENCODED
 */
export function scanJson(value: Json): readonly DlpReport[] {
  return walk(plainJson(value), '').reports;
}

/**
 * The value with every finding replaced by `[REDACTED]`. It stays valid JSON of the same shape: a number becomes
 * the text, a key another key of its own, and text that is JSON itself stays JSON.
 *
 * @throws GUARD_DLP_BLOCKED where a rule withholds the whole, GUARD_NOT_JSON, GUARD_VALUE_TOO_LARGE, GUARD_DLP_TOO_ENCODED
 */
export function redactJson(value: Json): Redaction {
  const redaction = inspectJson(value);
  requireUnblocked(redaction.reports);
  return redaction;
}

/**
 * The same before anybody asked whether it may get out at all: {@link requireUnblocked} says so.
 *
 * @throws GUARD_NOT_JSON, GUARD_VALUE_TOO_LARGE, GUARD_DLP_TOO_ENCODED
 */
export const inspectJson = (value: Json): Redaction => walk(plainJson(value), '');

/** Throws GUARD_DLP_BLOCKED where a rule withholds the whole value. */
export function requireUnblocked(reports: readonly DlpReport[]): void {
  const blocking = reports.find((report) => report.action === 'block');
  if (blocking === undefined) return;
  throw new TtpError('GUARD_DLP_BLOCKED', `${blocking.rule} withholds the whole value`, {
    field: blocking.path,
  });
}

function walk(value: Json, path: string): Redaction {
  if (typeof value === 'string') return redactText(value, path);
  if (typeof value === 'number') {
    const { value: text, reports } = redactText(String(value), path);
    return { value: reports.length === 0 ? value : text, reports };
  }
  if (isJsonObject(value)) return walkObject(value, path);
  return Array.isArray(value) ? walkItems(value, path) : { value, reports: [] };
}

function walkItems(list: readonly Json[], path: string): Redaction {
  const { findings, parts } = scanAcross(list.map(blockText));
  const items = list.map((item, i) => walk(withoutParts(item, parts[i] ?? []), `${path}[${i}]`));
  return {
    value: items.map((item) => item.value),
    reports: [...count(findings, path), ...items.flatMap((item) => item.reports)],
  };
}

/** A block without its parts of what spans several. */
const withoutParts = (item: Json, parts: readonly DlpFinding[]): Json =>
  parts.length === 0 || !isJsonObject(item) ? item : { ...item, text: replace(blockText(item), parts) };

function walkObject(object: { readonly [key: string]: Json }, path: string): Redaction {
  const members = new Map<string, Json>();
  const reports: DlpReport[] = [];
  for (const [key, member] of Object.entries(object)) {
    const { value: name, reports: found } = redactText(key, '');
    // A path that ends in half of a surrogate pair could not be hashed where a report is recorded.
    const step = name.slice(0, PATH_NAME_UNITS).toWellFormed();
    const below = path === '' ? step : `${path}.${step}`;
    const inside = walk(member, below);
    reports.push(...found.map((report) => ({ ...report, path: below })), ...inside.reports);
    members.set(name === key ? key : unused(name, object, members), inside.value);
  }
  // Without a finding nothing has changed: what was given is the copy already.
  return { value: reports.length === 0 ? object : Object.fromEntries(members), reports };
}

/** Two keys may be redacted to the same text; neither may swallow the other or a key that was there before. */
function unused(name: string, object: object, members: ReadonlyMap<string, Json>): string {
  let candidate = name;
  for (let n = 2; Object.hasOwn(object, candidate) || members.has(candidate); n++) candidate = `${name} ${n}`;
  return candidate;
}

function redactText(text: string, path: string): Redaction<string> {
  const findings = scanText(text);
  if (findings.length === 0) return { value: text, reports: [] };
  return { value: keepJson(text, replace(text, findings)), reports: count(findings, path) };
}

/** Overlapping findings of different rules are one gap. */
function replace(text: string, findings: readonly DlpFinding[]): string {
  let result = '';
  let at = 0;
  for (const { start, end } of findings) {
    if (start >= at) result += text.slice(at, start) + REDACTED;
    at = Math.max(at, end);
  }
  return result + text.slice(at);
}

/**
 * What was a JSON object or array has to stay one, but a bare number in it cannot become a bare word: then it is
 * redacted from inside. Not where that finds less than the text showed (something that spans several values).
 */
function keepJson(before: string, after: string): string {
  const value = parsed(before);
  if (value === undefined || parsed(after) !== undefined) return after;
  const inside = JSON.stringify(walk(plainJson(value), '').value);
  return scanText(inside).length === 0 ? inside : after;
}

/** The object or array that a text is the JSON of. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined; // not JSON, which is an answer here
  }
}

function count(findings: readonly DlpFinding[], path: string): readonly DlpReport[] {
  const byRule = new Map<string, DlpReport>();
  for (const { rule, severity, action } of findings)
    byRule.set(rule, { rule, path, count: (byRule.get(rule)?.count ?? 0) + 1, severity, action });
  return [...byRule.values()];
}
