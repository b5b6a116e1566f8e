import { isJsonObject, type Json, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson } from '@ttp/crypto';
import { readLabels } from './label.js';

/** The labels of one trace. */
export interface LabelRecord {
  /** How often they were changed: an order that clears some is for one state of them. */
  readonly serial: number;
  /** Each once, in order. */
  readonly labels: readonly string[];
}

const NONE: LabelRecord = Object.freeze({ serial: 0, labels: Object.freeze([]) });

/** The bytes that a store keeps. */
export const encodeLabelRecord = ({ serial, labels }: LabelRecord): Uint8Array =>
  canonicalBytes({ v: 1, serial, labels });

/**
 * What a store kept; no labels where it kept nothing.
 *
 * @throws GUARD_LABELS_UNREADABLE for anything else: what nobody can read may have been any label
 */
export function decodeLabelRecord(bytes: Uint8Array | undefined): LabelRecord {
  if (bytes === undefined) return NONE;
  try {
    const record: Json = parseJson(bytes);
    const { v, serial, labels, ...rest } = isJsonObject(record) ? record : {};
    if (v === 1 && isCount(serial) && Object.keys(rest).length === 0)
      return { serial, labels: readLabels(labels) };
  } catch {
    // Refused below, whatever is wrong with it.
  }
  throw new TtpError('GUARD_LABELS_UNREADABLE', 'the labels of the trace cannot be read');
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
