import {
  asDid,
  asTerm,
  type Hash,
  isHash,
  type JsonObject,
  KILL_REASONS,
  type KillReason,
  TtpError,
} from '@ttp/core';
import type { Closing } from './latch.js';
import { type KillRecord, type KillTarget, keyOf } from './record.js';

/** What a notice says: everything but the message, which is for people here. */
export function bodyOf({ target, epoch, reasons, causes = [], ...end }: KillRecord): JsonObject {
  const { cooldownMs = 0, operatorOnly } = end;
  return {
    target,
    epoch,
    reasons: [...reasons],
    causes: [...causes],
    cooldownMs,
    operatorOnly: operatorOnly === true,
  };
}

interface NoticeBody extends Pick<Closing, 'reasons' | 'causes' | 'cooldownMs' | 'operatorOnly'> {
  readonly target: KillTarget;
  readonly epoch: number;
}

/** The body of a notice, strictly. Throws GUARD_NOTICE_INVALID, GUARD_BAD_TARGET, CORE_BAD_DID, CORE_UNKNOWN_TERM. */
export function parseNotice(body: JsonObject): NoticeBody {
  const { target, epoch, reasons, causes, cooldownMs, operatorOnly, ...rest } = body;
  if (Object.keys(rest).length > 0) throw invalid('member');
  if (!isCount(epoch)) throw invalid('epoch');
  if (!isTexts(reasons) || reasons.length === 0) throw invalid('reasons');
  if (!isTexts(causes)) throw invalid('causes');
  if (!isCount(cooldownMs)) throw invalid('cooldownMs');
  if (typeof operatorOnly !== 'boolean') throw invalid('operatorOnly');
  return {
    target: targetIn(target),
    epoch,
    reasons: reasons.map((reason): KillReason => asTerm(KILL_REASONS, reason, 'body.reasons')),
    causes: causes.map((cause) => asDid(cause)),
    cooldownMs,
    operatorOnly,
  };
}

/** The body of an acknowledgement; otherwise like {@link parseNotice}. */
export function parseAck({ notice, target, epoch, ...rest }: JsonObject): {
  readonly notice: Hash;
  readonly target: KillTarget;
} {
  if (Object.keys(rest).length > 0) throw invalid('member');
  if (typeof notice !== 'string' || !isHash(notice)) throw invalid('notice');
  if (!isCount(epoch)) throw invalid('epoch');
  return { notice, target: targetIn(target) };
}

function targetIn(target: JsonObject[string] | undefined): KillTarget {
  if (typeof target !== 'string') throw invalid('target');
  keyOf(target);
  return target === '*' ? target : asDid(target);
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

const invalid = (member: string): TtpError =>
  new TtpError('GUARD_NOTICE_INVALID', `a notice or acknowledgement has a wrong ${member}`, {
    field: `body.${member}`,
  });
