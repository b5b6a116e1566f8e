import { TtpError } from './error.js';

declare const BRAND: unique symbol;

/** `Base`, told apart from every other `Base` by the compiler, so that two kinds of text or number cannot be mixed. */
type Brand<Base, Name extends string> = Base & { readonly [BRAND]: Name };

/** A DID in the syntax of W3C DID Core 3.1, any method; @ttp/did knows the forms of each method. */
export type Did = Brand<string, 'Did'>;
/** `sha256:` and 64 lowercase hexadecimal digits (decision D46). */
export type Hash = Brand<string, 'Hash'>;
/** 32 lowercase hexadecimal digits, not all zero: also a W3C trace-context trace id. */
export type TraceId = Brand<string, 'TraceId'>;
/** The count of kills and reinstatements of one agent (decision D32). */
export type Epoch = Brand<number, 'Epoch'>;
/** A trust score from 0 to 100, as people see it. */
export type TrustScore = Brand<number, 'TrustScore'>;
/** A share or score in 1/100 of a percent or point, 0 to 10000, as computations see it. */
export type BasisPoints = Brand<number, 'BasisPoints'>;

const DID = /^did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*[A-Za-z0-9._-]$/;
const HASH = /^sha256:[0-9a-f]{64}$/;
const TRACE = /^(?!0{32})[0-9a-f]{32}$/;

/** Whether the text is a {@link Did}. */
export const isDid = (text: string): text is Did => text.length <= 2048 && DID.test(text);
/** Whether the text is a {@link Hash}. */
export const isHash = (text: string): text is Hash => HASH.test(text);
/** Whether the text is a {@link TraceId}. */
export const isTraceId = (text: string): text is TraceId => TRACE.test(text);
const isEpoch = (n: number): n is Epoch => Number.isSafeInteger(n) && n >= 0;
const isTrustScore = (n: number): n is TrustScore => Number.isInteger(n) && n >= 0 && n <= 100;
const isBasisPoints = (n: number): n is BasisPoints => Number.isInteger(n) && n >= 0 && n <= 10_000;

/** `text` as a {@link Did}. Throws CORE_BAD_DID. */
export function asDid(text: string): Did {
  if (!isDid(text)) throw new TtpError('CORE_BAD_DID', `not a DID: ${quote(text)}`);
  return text;
}

/** `text` as a {@link Hash}. Throws CORE_BAD_HASH. */
export function asHash(text: string): Hash {
  if (!isHash(text)) throw new TtpError('CORE_BAD_HASH', `not a sha256 hash: ${quote(text)}`);
  return text;
}

/** `text` as a {@link TraceId}. Throws CORE_BAD_TRACE. */
export function asTraceId(text: string): TraceId {
  if (!isTraceId(text)) throw new TtpError('CORE_BAD_TRACE', `not a trace id: ${quote(text)}`);
  return text;
}

/** `n` as an {@link Epoch}. Throws CORE_BAD_EPOCH. */
export function asEpoch(n: number): Epoch {
  if (!isEpoch(n)) throw new TtpError('CORE_BAD_EPOCH', `not an epoch: ${n}`);
  return n;
}

/** `n` as a {@link TrustScore}: a value of the mesh's 0-1000 scale is refused, never guessed (flaw.S9). Throws CORE_BAD_SCORE. */
export function asTrustScore(n: number): TrustScore {
  if (!isTrustScore(n)) throw new TtpError('CORE_BAD_SCORE', `not a trust score: ${n}`);
  return n;
}

/** `n` as {@link BasisPoints}. Throws CORE_BAD_BASIS_POINTS. */
export function asBasisPoints(n: number): BasisPoints {
  if (!isBasisPoints(n)) throw new TtpError('CORE_BAD_BASIS_POINTS', `not basis points: ${n}`);
  return n;
}

const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
