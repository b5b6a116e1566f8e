import { asBasisPoints, type BasisPoints, TtpError } from '@ttp/core';
import { floorDiv } from './integer.js';
import { CALLER_SHARE_BP, LATENCY_MAX_MS, TOOL_SHARE_BP, TOOL_WINDOW_COUNT } from './limits.js';
import { isList } from './reputation.js';

/** The four components of tool trust, and the most that each gives, basis points (ttp-protocol.txt L843-873). */
export const TOOL_PARTS_BP = {
  reliability: 4000,
  performance: 2500,
  efficiency: 2000,
  compliance: 1500,
} as const;

/** One execution of a tool, as an enforcement point observed it. */
export interface ToolExecution {
  readonly successful: boolean;
  /** Without a violation. */
  readonly compliant: boolean;
  /** Milliseconds, whole. */
  readonly latencyMs: number;
  /** What it used of its limits, basis points; above 10000 where it went over. */
  readonly usage: { readonly cpu: number; readonly memory: number; readonly network: number };
}

/** Tool trust with its parts, basis points. */
export interface ToolTrust {
  readonly totalBp: BasisPoints;
  readonly reliabilityBp: BasisPoints;
  readonly performanceBp: BasisPoints;
  readonly efficiencyBp: BasisPoints;
  readonly complianceBp: BasisPoints;
  /** Executions that counted. */
  readonly executions: number;
}

/**
 * Tool trust = reliability 40 + performance 25 + efficiency 20 + compliance 15 over the last
 * {@link TOOL_WINDOW_COUNT} executions, each part clamped and rounded down; nothing executed is nothing earned
 * (decision D23).
 * - reliability: successful / all x 40; compliance: compliant / all x 15
 * - performance: 25 - average ms / 100; with a declared SLA 25 at or under it, linearly down to 0 at twice (decision D34)
 * - efficiency: 20 x (1 - usage / limit) of whichever of CPU, memory and network is used most, on average
 *
 * @param executions the oldest first
 * @param slaMs latency that the manifest declares, ms
 * @throws SCORE_BAD_EXECUTION with the field
 */
export function toolTrust(executions: readonly ToolExecution[], slaMs?: number): ToolTrust {
  const last = latest(executions);
  if (slaMs !== undefined && (!isWhole(slaMs) || slaMs === 0)) throw bad('slaMs');
  const count = last.length;
  if (count === 0) return trustOf(0, 0, 0, 0, 0);
  const sum = (of: (execution: ToolExecution) => number): number => last.reduce((n, one) => n + of(one), 0);
  const average = floorDiv(
    sum(({ latencyMs }) => latencyMs),
    count,
  );
  const { reliability, performance: speed, efficiency, compliance } = TOOL_PARTS_BP;
  const used = Math.max(
    sum(({ usage }) => usage.cpu),
    sum(({ usage }) => usage.memory),
    sum(({ usage }) => usage.network),
  );
  return trustOf(
    floorDiv(reliability * sum((one) => (one.successful ? 1 : 0)), count),
    slaMs === undefined
      ? clamp(speed - average, speed)
      : floorDiv(speed * clamp(2 * slaMs - Math.max(average, slaMs), slaMs), slaMs),
    floorDiv(efficiency * clamp(10_000 * count - used, 10_000 * count), 10_000 * count),
    floorDiv(compliance * sum((one) => (one.compliant ? 1 : 0)), count),
    count,
  );
}

function trustOf(
  reliability: number,
  speed: number,
  efficiency: number,
  compliance: number,
  executions: number,
): ToolTrust {
  return {
    totalBp: asBasisPoints(reliability + speed + efficiency + compliance),
    reliabilityBp: asBasisPoints(reliability),
    performanceBp: asBasisPoints(speed),
    efficiencyBp: asBasisPoints(efficiency),
    complianceBp: asBasisPoints(compliance),
    executions,
  };
}

/** What an invocation needs: of tool and caller together, and of each. */
export interface InvocationThresholds {
  readonly combinedBp: BasisPoints;
  readonly toolBp: BasisPoints;
  readonly callerBp: BasisPoints;
}

/**
 * The trust of an invocation: 0.6 tool + 0.4 caller, rounded down, and each has to reach its own threshold besides, so
 * that neither buys off the other (decisions.md, table of numbers).
 */
export function invocationTrust(
  tool: BasisPoints,
  caller: BasisPoints,
  needs: InvocationThresholds,
): { readonly combinedBp: BasisPoints; readonly enough: boolean } {
  const [toolBp, callerBp] = [asBasisPoints(tool), asBasisPoints(caller)];
  const combinedBp = asBasisPoints(floorDiv(TOOL_SHARE_BP * toolBp + CALLER_SHARE_BP * callerBp, 10_000));
  const enough =
    combinedBp >= asBasisPoints(needs.combinedBp) &&
    toolBp >= asBasisPoints(needs.toolBp) &&
    callerBp >= asBasisPoints(needs.callerBp);
  return { combinedBp, enough };
}

function latest(executions: readonly ToolExecution[]): readonly ToolExecution[] {
  if (!isList(executions)) throw bad('executions');
  const first = Math.max(0, executions.length - TOOL_WINDOW_COUNT);
  const last = executions.slice(first);
  for (const [i, execution] of last.entries()) check(execution, `executions[${first + i}]`);
  return last;
}

function check(execution: ToolExecution, field: string): void {
  if (typeof execution !== 'object' || execution === null) throw bad(field);
  const { successful, compliant, latencyMs, usage } = execution;
  if (typeof successful !== 'boolean') throw bad(`${field}.successful`);
  if (typeof compliant !== 'boolean') throw bad(`${field}.compliant`);
  if (!isWhole(latencyMs)) throw bad(`${field}.latencyMs`);
  if (typeof usage !== 'object' || usage === null) throw bad(`${field}.usage`);
  for (const name of ['cpu', 'memory', 'network'] as const)
    if (!isWhole(usage[name])) throw bad(`${field}.usage.${name}`);
}

const isWhole = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= LATENCY_MAX_MS;

const clamp = (n: number, most: number): number => Math.min(Math.max(0, n), most);

const bad = (field: string): TtpError =>
  new TtpError('SCORE_BAD_EXECUTION', 'an execution has a member that is none', { field });
