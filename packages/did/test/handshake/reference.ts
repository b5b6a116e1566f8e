import { isJsonObject, type JsonObject } from '@ttp/core';
import { base64url, canonicalize, hex, parseJson, sharedSecret } from '@ttp/crypto';

/** What a whole handshake comes to. */
export interface Outcome {
  readonly transcript: string;
  readonly session: string;
  /** What the initiator sends under, and what the responder does. */
  readonly initiatorKey: string;
  readonly responderKey: string;
  readonly initiatorMac: string;
  readonly responderMac: string;
  readonly confirm: string;
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const plain = (bytes: readonly number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

async function hash(bytes: readonly number[]): Promise<number[]> {
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', plain(bytes)))];
}

async function hmac(key: readonly number[], bytes: readonly number[]): Promise<number[]> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', plain(key), algorithm, false, ['sign']);
  return [...new Uint8Array(await crypto.subtle.sign('HMAC', imported, plain(bytes)))];
}

async function hkdf(
  secret: readonly number[],
  salt: readonly number[],
  info: string,
  bytes: number,
): Promise<number[]> {
  const key = await crypto.subtle.importKey('raw', plain(secret), 'HKDF', false, ['deriveBits']);
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: plain(salt), info: plain(text(info)) };
  return [...new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, bytes * 8))];
}

const length32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const bytesOf = (value: unknown): number[] => {
  const base64 = String(value).replaceAll('-', '+').replaceAll('_', '/');
  return Array.from(atob(base64), (char) => char.charCodeAt(0));
};
const membersOf = (message: string): JsonObject => {
  const value = parseJson(message);
  if (!isJsonObject(value)) throw new Error('not a message');
  return value;
};

/**
 * The key schedule written down once more, as slowly and plainly as it can be: from the texts of the three messages
 * before COMPLETE, the initiator's ephemeral secret key and the channel binding, by WebCrypto.
 */
export async function reference(
  messages: { readonly init: string; readonly challengeResponse: string; readonly response: string },
  initiatorSecret: Uint8Array,
  binding: Uint8Array,
): Promise<Outcome> {
  const [init, counter, response] = [messages.init, messages.challengeResponse, messages.response].map(
    membersOf,
  );
  const { mac: responderProof, sig: responderSignature, ...said } = counter ?? {};
  const { mac: initiatorProof, sig: initiatorSignature } = response ?? {};

  const label = text('TTP/1 handshake\0');
  let transcript = await hash([...label, ...length32(binding.length), ...binding]);
  const add = async (role: 1 | 2, bytes: readonly number[]): Promise<void> => {
    transcript = await hash([...transcript, role, ...length32(bytes.length), ...bytes]);
  };

  const secret = [...sharedSecret(initiatorSecret, plain(bytesOf(counter?.['ephemeral'])))];
  await add(1, text(messages.init));
  await add(2, text(canonicalize(said)));
  const identity = await hkdf(secret, transcript, 'TTP/1 identity', 64);
  await add(2, bytesOf(responderProof));
  await add(2, bytesOf(responderSignature));
  await add(1, text('{"msg":"RESPONSE"}'));
  await add(1, bytesOf(initiatorProof));
  await add(1, bytesOf(initiatorSignature));
  const block = await hkdf(secret, transcript, 'TTP/1 session', 128);
  const part = (n: number): Uint8Array => plain(block.slice(n * 32, (n + 1) * 32));

  const mac = async (key: readonly number[], role: string, claim: unknown): Promise<string> => {
    const who = isJsonObject(parseJson(JSON.stringify(claim))) ? membersOf(JSON.stringify(claim)) : {};
    return base64url(plain(await hmac(key, text(canonicalize({ role, ...who })))));
  };
  return {
    transcript: `sha256:${hex(plain(transcript))}`,
    session: base64url(part(0)),
    initiatorKey: hex(part(1)),
    responderKey: hex(part(2)),
    initiatorMac: await mac(identity.slice(0, 32), 'initiator', init?.['initiator']),
    responderMac: await mac(identity.slice(32), 'responder', counter?.['responder']),
    confirm: base64url(plain(await hmac([...part(3)], [...text('TTP/1 confirm'), ...transcript]))),
  };
}
