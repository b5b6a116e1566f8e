import {
  asDid,
  asEpoch,
  asTerm,
  asTime,
  type Did,
  type Epoch,
  isDid,
  isJsonObject,
  type Json,
  type JsonObject,
  KILL_REASONS,
  type KillReason,
  TtpError,
} from '@ttp/core';
import { canonicalBytes, hashJson, parseJson } from '@ttp/crypto';
import { KILL_TARGET_MAX_UNITS, KILL_TEXT_MAX_UNITS } from '../limits.js';

/** Who is killed: one agent, by its `did:ttp`, or everybody. */
export type KillTarget = Did | '*';

/** The latch of one target, as a store keeps it. */
export interface KillRecord {
  readonly target: KillTarget;
  /** Raised by every kill and every reinstatement. */
  readonly epoch: Epoch;
  readonly killed: boolean;
  /** Why, all reasons since the target was last alive; empty when alive. */
  readonly reasons: readonly KillReason[];
  /** What it waits for where it was suspended with others: those it depends on (reason `cascade_failure`). */
  readonly causes?: readonly Did[];
  /** Who killed or reinstated, for the audit; it grants nothing (flaw.K3). */
  readonly by: string;
  readonly message: string;
  /** Wall clock of the last change, ms. */
  readonly at: number;
  /** The longest cooldown that any of its kills demands, ms; absent where none demands one. */
  readonly cooldownMs?: number;
  /** Whether one of its kills is lifted by operators alone; absent where none is. */
  readonly operatorOnly?: true;
}

/** Where the records of a store are. */
export const KILL_PREFIX = 'kill/';

/** The store's key of a target's record. Throws GUARD_BAD_TARGET. */
export function keyOf(target: string): string {
  if (target !== '*' && (target.length > KILL_TARGET_MAX_UNITS || !isDid(target)))
    throw new TtpError('GUARD_BAD_TARGET', `not a target: ${JSON.stringify(target.slice(0, 80))}`, {
      field: 'target',
    });
  return KILL_PREFIX + target;
}

/** `text`, at most {@link KILL_TEXT_MAX_UNITS} long and well-formed: a kill never fails because of its explanation. */
export const shortened = (text: string): string => text.slice(0, KILL_TEXT_MAX_UNITS).toWellFormed();

/** The bytes of a record, with a checksum: a record put together from two writes must not read as either. */
export function encodeRecord(record: KillRecord): Uint8Array {
  const { causes, ...rest } = record;
  const waits = causes === undefined ? {} : { causes: [...causes] };
  const content = { v: 1, ...rest, reasons: [...record.reasons], ...waits };
  return canonicalBytes({ ...content, sum: hashJson(content) });
}

/**
 * The record in `bytes`; undefined when they are not whole, of another version, or another target's: whatever
 * cannot be read counts as killed (decision D32).
 */
export function decodeRecord(bytes: Uint8Array, target: KillTarget): KillRecord | undefined {
  try {
    return recordOf(parseJson(bytes), target);
  } catch {
    return undefined; // which the caller takes for a kill
  }
}

function recordOf(value: Json, target: KillTarget): KillRecord | undefined {
  if (!isJsonObject(value)) return undefined;
  const { sum, ...content } = value;
  if (content['v'] !== 1 || content['target'] !== target || sum !== hashJson(content)) return undefined;
  const { epoch, killed, reasons, by, message, at }: JsonObject = content;
  if (typeof epoch !== 'number' || typeof at !== 'number' || typeof killed !== 'boolean') return undefined;
  if (typeof by !== 'string' || typeof message !== 'string' || !Array.isArray(reasons)) return undefined;
  const { causes, cooldownMs, operatorOnly }: JsonObject = content;
  if (causes !== undefined && !Array.isArray(causes)) return undefined;
  if (cooldownMs !== undefined && typeof cooldownMs !== 'number') return undefined;
  if (operatorOnly !== undefined && operatorOnly !== true) return undefined;
  return {
    target,
    epoch: asEpoch(epoch),
    killed,
    reasons: reasons.map((reason: Json) => asTerm(KILL_REASONS, typeof reason === 'string' ? reason : '')),
    by,
    message,
    at: asTime(at),
    ...(causes === undefined
      ? {}
      : { causes: causes.map((cause: Json) => asDid(typeof cause === 'string' ? cause : '')) }),
    ...(cooldownMs === undefined ? {} : { cooldownMs: asTime(cooldownMs) }),
    ...(operatorOnly === undefined ? {} : { operatorOnly }),
  };
}
