import { damaged } from './description.js';
import { viewOf } from './frame.js';

/** A put or a delete, as it stands in a file. */
export interface Change {
  readonly key: string;
  readonly version: number;
  /** Where the value stands, in the file. */
  readonly at: number;
  /** Length of the value; undefined for a delete. */
  readonly length: number | undefined;
}

/** A put, or a delete where `value` is left out. */
export interface NewChange {
  readonly key: string;
  readonly version: number;
  readonly value?: Uint8Array;
}

/** Length of the key, version, length of the value plus one; 0 there for a delete. */
const CHANGE_BYTES = 2 + 8 + 4;

/**
 * The payload of a frame with these changes.
 *
 * @returns `places` says where the values stand, once it is known where the payload does
 */
export function encodeChanges(changes: readonly NewChange[]): {
  readonly payload: Uint8Array;
  readonly places: (at: number) => Change[];
} {
  const size = changes.reduce(
    (sum, { key, value }) => sum + CHANGE_BYTES + key.length + (value?.length ?? 0),
    0,
  );
  const payload = new Uint8Array(size);
  const view = viewOf(payload);
  const relative: Change[] = [];
  let offset = 0;
  for (const { key, version, value } of changes) {
    view.setUint16(offset, key.length);
    view.setBigUint64(offset + 2, BigInt(version));
    view.setUint32(offset + 10, value === undefined ? 0 : value.length + 1);
    offset += CHANGE_BYTES;
    for (let i = 0; i < key.length; i++) payload[offset + i] = key.charCodeAt(i); // keys are ASCII
    offset += key.length;
    relative.push({ key, version, at: offset, length: value?.length });
    if (value !== undefined) payload.set(value, offset);
    offset += value?.length ?? 0;
  }
  return {
    payload,
    places: (base) => relative.map((change) => ({ ...change, at: base + change.at })),
  };
}

/** The changes in a payload that stands at `base`. Throws STORE_UNREADABLE. */
export function decodeChanges(payload: Uint8Array, base: number, path: string): Change[] {
  const view = viewOf(payload);
  const changes: Change[] = [];
  for (let offset = 0; offset < payload.length; ) {
    if (offset + CHANGE_BYTES > payload.length) throw damaged(path);
    const keyLength = view.getUint16(offset);
    const version = Number(view.getBigUint64(offset + 2));
    const valueLength = view.getUint32(offset + 10);
    const keyAt = offset + CHANGE_BYTES;
    const at = keyAt + keyLength;
    const length = valueLength === 0 ? undefined : valueLength - 1;
    offset = at + (length ?? 0);
    if (offset > payload.length) throw damaged(path);
    changes.push({
      key: String.fromCharCode(...payload.subarray(keyAt, at)),
      version,
      at: base + at,
      length,
    });
  }
  return changes;
}
