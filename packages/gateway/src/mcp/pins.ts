import { type ErrorCode, type Hash, isHash, isJsonObject, type Json, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson } from '@ttp/crypto';
import { GATEWAY_ERRORS, type GatewayErrorCode } from '../errors.js';
import { PINS_MAX } from '../limits.js';
import type { SeenTool } from './listing.js';

/** What is remembered of one tool. */
export interface Pin {
  readonly key: string;
  /** The definition that may be used; absent where none was ever accepted. */
  readonly digest?: Hash;
  /** Why the tool is not used, and the definition that was seen last. */
  readonly quarantine?: { readonly code: GatewayErrorCode; readonly digest: Hash };
  /** When the last release was signed: `iat` of its envelope, ms. */
  readonly releasedAt?: number;
}

/** What is remembered of the tools of one server, in the order of their appearance. */
export type Pins = readonly Pin[];

/** What a comparison brought. */
export interface Comparison {
  readonly pins: Pins;
  /** Pins that went into quarantine, or whose quarantined definition became another. */
  readonly quarantined: readonly Pin[];
  /** Definitions that are what was pinned. */
  readonly admitted: readonly SeenTool[];
}

/**
 * Compares what a server lists now with what was pinned (flaw.T1). Pure.
 *
 * The first listing is trusted, except for what is wrong by itself; afterwards a tool that changed, or that was not
 * there, is quarantined, and stays so also when it turns back into what it was: only an operator ends that.
 *
 * @param pins undefined before the first listing
 * @param taken names that are tools of other servers of this store: nobody takes over a name (flaw.T2)
 */
export function compareTools(
  pins: Pins | undefined,
  seen: readonly SeenTool[],
  taken: ReadonlySet<string>,
): Comparison {
  const byKey = new Map((pins ?? []).map((pin) => [pin.key, pin]));
  const quarantined: Pin[] = [];
  const admitted: SeenTool[] = [];
  for (const tool of seen) {
    const { key, digest } = tool;
    const pin = byKey.get(key);
    if (pin === undefined && byKey.size >= PINS_MAX) continue;
    const isTaken = pin === undefined && taken.has(key);
    const finding = tool.finding ?? (isTaken ? 'GATEWAY_TOOL_COLLISION' : undefined);
    if (pin === undefined && pins === undefined && finding === undefined) {
      byKey.set(key, { key, digest });
      admitted.push(tool);
    } else if (pin !== undefined && pin.quarantine === undefined && pin.digest === digest) {
      admitted.push(tool);
    } else if (pin?.quarantine?.digest !== digest) {
      const code = finding ?? (pin === undefined ? 'GATEWAY_TOOL_ADDED' : 'GATEWAY_TOOL_CHANGED');
      const next: Pin = { ...(pin ?? { key }), quarantine: { code, digest } };
      byKey.set(key, next);
      quarantined.push(next);
    }
  }
  return { pins: [...byKey.values()], quarantined, admitted };
}

/** The pins as they are stored. */
export const encodePins = (pins: Pins): Uint8Array =>
  canonicalBytes({ v: 1, tools: pins.map((pin) => ({ ...pin })) });

/**
 * Reads stored pins. A record that cannot be read is never taken for none: the next listing would be trusted anew.
 *
 * @throws GATEWAY_PINS_UNREADABLE
 */
export function decodePins(bytes: Uint8Array): Pins {
  let record: Json;
  try {
    record = parseJson(bytes);
  } catch (cause) {
    throw new TtpError('GATEWAY_PINS_UNREADABLE', 'the stored pins are no JSON', { cause });
  }
  const { v, tools } = isJsonObject(record) ? record : {};
  if (v !== 1 || !Array.isArray(tools)) throw unreadable('v');
  return tools.map((tool: Json, i) => decodePin(tool, `tools[${i}]`));
}

function decodePin(value: Json, field: string): Pin {
  if (!isJsonObject(value)) throw unreadable(field);
  const { key, digest, quarantine, releasedAt } = value;
  if (typeof key !== 'string') throw unreadable(`${field}.key`);
  if (releasedAt !== undefined && typeof releasedAt !== 'number') throw unreadable(`${field}.releasedAt`);
  if (digest === undefined && quarantine === undefined) throw unreadable(`${field}.digest`);
  return {
    key,
    ...(digest === undefined ? {} : { digest: hashIn(digest, `${field}.digest`) }),
    ...(quarantine === undefined ? {} : { quarantine: decodeQuarantine(quarantine, `${field}.quarantine`) }),
    ...(releasedAt === undefined ? {} : { releasedAt }),
  };
}

function decodeQuarantine(value: Json, field: string): NonNullable<Pin['quarantine']> {
  const { code, digest } = isJsonObject(value) ? value : {};
  if (!isGatewayCode(code)) throw unreadable(`${field}.code`);
  return { code, digest: hashIn(digest, `${field}.digest`) };
}

function hashIn(value: Json | undefined, field: string): Hash {
  if (typeof value !== 'string' || !isHash(value)) throw unreadable(field);
  return value;
}

const isGatewayCode = (code: Json | undefined): code is ErrorCode & GatewayErrorCode =>
  typeof code === 'string' && Object.hasOwn(GATEWAY_ERRORS, code);

const unreadable = (field: string): TtpError =>
  new TtpError('GATEWAY_PINS_UNREADABLE', `the stored pins have a wrong ${field}`, { field });
