import { BEHAVIOR_DEPTH_MAX, BEHAVIOR_NODES_MAX } from '../limits.js';

/** What is counted so far. */
interface Measure {
  bytes: number;
  nodes: number;
}

/**
 * How many bytes a value takes as JSON, about: texts and keys as UTF-8, 8 for a number, binary data by its length.
 * Total and linear; what is deeper or has more parts than can be counted has infinitely many bytes.
 */
export function sizeOf(value: unknown): number {
  const measure = { bytes: 0, nodes: 0 };
  try {
    return add(value, 0, measure) ? measure.bytes : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY; // a proxy or getter that throws: nobody knows what left
  }
}

/** Whether it could be counted. */
function add(value: unknown, depth: number, measure: Measure): boolean {
  measure.nodes++;
  if (measure.nodes > BEHAVIOR_NODES_MAX || depth > BEHAVIOR_DEPTH_MAX) return false;
  if (typeof value === 'string') measure.bytes += utf8Length(value);
  else if (typeof value === 'number') measure.bytes += 8;
  else if (typeof value !== 'object' || value === null) measure.bytes += 1;
  else if (ArrayBuffer.isView(value)) measure.bytes += value.byteLength;
  else if (value instanceof ArrayBuffer) measure.bytes += value.byteLength;
  else if (Array.isArray(value)) {
    for (const element of value) if (!add(element, depth + 1, measure)) return false;
  } else
    for (const [key, member] of Object.entries(value)) {
      measure.bytes += utf8Length(key);
      if (!add(member, depth + 1, measure)) return false;
    }
  return true;
}

/** Bytes of a text in UTF-8; a lone surrogate takes three, as its replacement does. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x800) bytes += unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(i + 1)) ? 1 : 2;
    else if (unit >= 0x80) bytes++;
    // Two units of a pair are four bytes together.
    if (unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(i + 1))) {
      bytes++;
      i++;
    }
  }
  return bytes;
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
