import { concatBytes, sha256, utf8 } from '@ttp/crypto';

/** The two sides of a handshake. */
export type Role = 'initiator' | 'responder';

/** What each side signs under: a signature of one role is none of the other (flaws H1, H3). */
export const PURPOSE_OF: {
  readonly initiator: 'ttp/handshake-init@1';
  readonly responder: 'ttp/handshake-resp@1';
} = { initiator: 'ttp/handshake-init@1', responder: 'ttp/handshake-resp@1' };

const LABEL: Uint8Array = /* @__PURE__ */ utf8('TTP/1 handshake\0');
const ROLE_BYTE = { initiator: 1, responder: 2 } as const satisfies Record<Role, number>;

/** The number of bytes as four bytes, big-endian. */
function length32({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length);
}

/**
 * The transcript hash before the first message. It binds the handshake to the channel it runs over, where both sides
 * know one (such as a TLS exporter): over another channel, no signature verifies.
 */
export const beginTranscript = (binding: Uint8Array): Uint8Array =>
  sha256(concatBytes(LABEL, length32(binding), binding));

/**
 * The transcript hash after some bytes more. The sender's role and the length stand in front, so that no two
 * sequences of messages share a transcript.
 */
export const extendTranscript = (transcript: Uint8Array, role: Role, bytes: Uint8Array): Uint8Array =>
  sha256(concatBytes(transcript, Uint8Array.of(ROLE_BYTE[role]), length32(bytes), bytes));

/** What a side signs: every byte that was sent before its signature, and its role. */
export const signedPayload = (role: Role, transcript: Uint8Array): Uint8Array =>
  concatBytes(LABEL, Uint8Array.of(ROLE_BYTE[role]), transcript);
