import type { EtrErrorCode } from '../errors.js';

/** What `verifyTrace` checks, in this order. */
export const TRACE_CHECKS = [
  'signature',
  'lines',
  'head',
  'form',
  'chain',
  'trace',
  'inclusion',
  'seal',
  'mode',
  'payload',
] as const;
export type TraceCheck = (typeof TRACE_CHECKS)[number];

/** Something that is wrong, and where. */
export interface Finding {
  /** Line of the bundle, from 1. */
  readonly line: number;
  readonly check: TraceCheck;
  readonly code: EtrErrorCode;
  /** For people. */
  readonly message: string;
}

/** How a check came out; `skipped`: what stands before it failed, or the bundle holds nothing to apply it to. */
export interface CheckResult {
  readonly check: TraceCheck;
  readonly status: 'passed' | 'failed' | 'skipped';
}

/** The order in which findings are told: what may explain others comes first. */
const TOLD: readonly TraceCheck[] = [
  'signature',
  'lines',
  'form',
  'head',
  'chain',
  'trace',
  'seal',
  'inclusion',
  'mode',
  'payload',
];

/** The code that each check reports. */
const CODE_OF: Readonly<Record<TraceCheck, EtrErrorCode>> = {
  signature: 'ETR_BUNDLE_SIGNATURE',
  lines: 'ETR_BUNDLE_LINE',
  head: 'ETR_BUNDLE_HEAD',
  form: 'ETR_BUNDLE_LINE',
  chain: 'ETR_BUNDLE_CHAIN',
  trace: 'ETR_BUNDLE_TRACE',
  inclusion: 'ETR_BUNDLE_INCLUSION',
  seal: 'ETR_BUNDLE_SEAL',
  mode: 'ETR_BUNDLE_MODE',
  payload: 'ETR_BUNDLE_PAYLOAD',
};

/** Collects findings, and which checks were made. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #made = new Set<TraceCheck>();

  /** The check is applied to something. */
  made(check: TraceCheck): void {
    this.#made.add(check);
  }

  add(check: TraceCheck, line: number, message: string): void {
    this.made(check);
    this.list.push({ line, check, code: CODE_OF[check], message });
  }

  /** What several stages found, by check and line, and how each check came out. */
  static merged(stages: readonly Findings[]): { list: readonly Finding[]; results: readonly CheckResult[] } {
    const list = stages
      .flatMap((stage) => stage.list)
      .toSorted((a, b) => TOLD.indexOf(a.check) - TOLD.indexOf(b.check) || a.line - b.line);
    const failed = new Set(list.map(({ check }) => check));
    const results = TRACE_CHECKS.map((check): CheckResult => {
      if (failed.has(check)) return { check, status: 'failed' };
      return { check, status: stages.some((stage) => stage.#made.has(check)) ? 'passed' : 'skipped' };
    });
    return { list, results };
  }
}
