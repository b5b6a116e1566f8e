import { concatBytes, equalBytes, hmacSha256, sha256, utf8 } from '@ttp/crypto';
import { COOKIE_MAX_MS } from '../limits.js';
import { encodeInit, type Init } from './wire.js';

const TIME_BYTES = 6;

/** What a cookie is made over: INIT as it would be without a cookie, and where it came from. */
const subjectOf = ({ cookie: _cookie, ...init }: Init, source: string, time: Uint8Array): Uint8Array =>
  concatBytes(time, sha256(encodeInit(init)), utf8(source));

/**
 * What an initiator has to show again before a responder under load remembers it: that INIT came from where it says
 * it did. The responder keeps nothing but its secret (flaw.H7).
 *
 * @param secret 32 bytes of this responder
 * @param source where INIT came from
 * @param now monotonic time of this responder, ms
 */
export function makeCookie(secret: Uint8Array, init: Init, source: string, now: number): Uint8Array {
  const time = new Uint8Array(TIME_BYTES);
  let rest = Math.floor(now);
  for (let i = TIME_BYTES - 1; i >= 0; i--) {
    time[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return concatBytes(time, hmacSha256(secret, subjectOf(init, source, time)));
}

/** Whether the cookie that INIT shows is one for it, from this source, of the last 10 s. */
export function isCookie(secret: Uint8Array, init: Init, source: string, now: number): boolean {
  const { cookie } = init;
  if (cookie === undefined) return false;
  const time = cookie.subarray(0, TIME_BYTES);
  const made = time.reduce((sum, byte) => sum * 256 + byte, 0);
  const mac = hmacSha256(secret, subjectOf(init, source, time));
  return equalBytes(mac, cookie.subarray(TIME_BYTES)) && made <= now && now - made < COOKIE_MAX_MS;
}
