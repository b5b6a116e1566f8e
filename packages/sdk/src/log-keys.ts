import { type Did, isJsonObject, type Json, type Storage, type Store, TtpError } from '@ttp/core';
import { canonicalBytes, multikey, parseJson } from '@ttp/crypto';
import { LOGS_MAX_COUNT } from './limits.js';

/** A log key of an enforcement point, and the first of the logs that it writes. */
export interface LogKeySpan {
  /** Multikey. */
  readonly key: string;
  readonly kid: string;
  readonly from: number;
}

/** The keys of the logs of an enforcement point, oldest first, and how far the newest was known before. */
export interface LogKeys {
  readonly spans: readonly [LogKeySpan, ...LogKeySpan[]];
  /** Writes down a key that was not known; the one who opened a log with it calls this. Throws SDK_LOG_KEYS. */
  readonly keep: () => Promise<void>;
}

const keyOf = (agent: Did): string => `sdk/log-keys/${agent}`;

/**
 * Which logs a log key writes. The key of a rotated identity is another one, which cannot sign for the logs before it:
 * it begins the next log that nobody has written (decision D28, docs/adr/0005). A key that another one followed begins
 * nothing any more.
 *
 * @throws SDK_LOG_KEY_RETIRED, SDK_LOG_KEYS for a record that cannot be read, and what the storage throws
 */
export async function logKeysOf(
  { store, log }: Pick<Storage, 'store' | 'log'>,
  agent: Did,
  signer: { readonly kid: string; readonly publicKey: Uint8Array },
): Promise<LogKeys> {
  const stored = await store.get(keyOf(agent));
  const before = stored === undefined ? [] : decode(stored.value);
  const { kid } = signer;
  const key = multikey(signer.publicKey);
  const [last] = before.slice(-1);
  const [first, ...rest] = before;
  if (first !== undefined && last?.key === key)
    return { spans: [first, ...rest], keep: () => Promise.resolve() };
  if (before.some((span) => span.key === key))
    throw new TtpError('SDK_LOG_KEY_RETIRED', 'another log key has followed this one', {
      field: 'logSigner',
    });
  let from = last?.from ?? 0;
  if (last !== undefined)
    while (from < LOGS_MAX_COUNT && (await log(`${agent}/log/${from}`).size()) > 0n) from++;
  const added = { key, kid, from };
  const spans: LogKeys['spans'] = first === undefined ? [added] : [first, ...rest, added];
  return {
    spans,
    async keep() {
      if (await store.put(keyOf(agent), encode(spans), stored?.version ?? 0)) return;
      const now = await store.get(keyOf(agent));
      // Another process of the same identity may have come to the same.
      if (now !== undefined && decode(now.value).at(-1)?.key === key) return;
      throw new TtpError('SDK_LOG_KEYS', 'another process took another log key', { field: 'storage' });
    },
  };
}

/**
 * Which logs of an enforcement point a log key writes, for whoever reads them: those from the number `from` on, and
 * below `to` where another key has followed. All of them where nothing is written down of the key.
 *
 * @param key 32 bytes
 * @throws SDK_LOG_KEYS, and what the store throws
 */
export async function logRangeOf(
  store: Store,
  agent: Did,
  key: Uint8Array,
): Promise<{ readonly from: number; readonly to?: number }> {
  const stored = await store.get(keyOf(agent));
  const spans = stored === undefined ? [] : decode(stored.value);
  const i = spans.findIndex((span) => span.key === multikey(key));
  const to = i < 0 ? undefined : spans[i + 1]?.from;
  return { from: spans[i]?.from ?? 0, ...(to === undefined ? {} : { to }) };
}

const encode = (spans: readonly LogKeySpan[]): Uint8Array =>
  canonicalBytes({ v: 1, keys: spans.map((span) => ({ ...span })) });

function decode(bytes: Uint8Array): readonly LogKeySpan[] {
  const record = parseJson(bytes);
  const keys = isJsonObject(record) && record['v'] === 1 ? record['keys'] : undefined;
  if (!Array.isArray(keys) || keys.length === 0)
    throw new TtpError('SDK_LOG_KEYS', 'the record of the log keys cannot be read', { field: 'storage' });
  return keys.map((span: Json) => {
    if (isJsonObject(span)) {
      const { key, kid, from } = span;
      if (typeof key === 'string' && typeof kid === 'string' && typeof from === 'number')
        return { key, kid, from };
    }
    throw new TtpError('SDK_LOG_KEYS', 'the record of the log keys cannot be read', { field: 'storage' });
  });
}
