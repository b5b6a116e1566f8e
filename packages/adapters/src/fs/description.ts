import { TtpError } from '@ttp/core';

/** What a file says of itself, as the bytes of its header. */
export const describe = (says: Readonly<Record<string, string>>): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(says));

/** The number that a file says under `name`. Throws STORE_UNREADABLE. */
export function described(description: Uint8Array, name: string): number {
  const text = describedText(description, name);
  const number = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(number)) throw damaged(name);
  return number;
}

/** The text that a file says under `name`. Throws STORE_UNREADABLE. */
export function describedText(description: Uint8Array, name: string): string {
  let says: unknown;
  try {
    says = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(description));
  } catch {
    throw damaged(name);
  }
  const found: unknown =
    typeof says === 'object' && says !== null && Object.hasOwn(says, name)
      ? Reflect.get(says, name)
      : undefined;
  if (typeof found !== 'string') throw damaged(name);
  return found;
}

/** The fault of a file that does not hold what was written. */
export const damaged = (what: string): TtpError<'STORE_UNREADABLE'> =>
  new TtpError('STORE_UNREADABLE', `${what} does not hold what was written`, { field: what });
