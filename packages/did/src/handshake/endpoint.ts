import {
  type Clock,
  type Did,
  type Duplex,
  type ErrorCode,
  type Hash,
  NONCE_BYTES,
  type Random,
  type Recorder,
  type Resolver,
  type Signer,
  type Timer,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { createReplayGuard, generateExchangeKey, type ReplayGuard } from '@ttp/crypto';
import { type Admission, createAdmission } from './admission.js';
import { PRIMITIVES } from './primitives.js';
import type { Side } from './step.js';
import { PURPOSE_OF } from './transcript.js';

/** What {@link createEndpoint} makes one side of. */
export interface EndpointOptions {
  readonly did: Did;
  readonly signer: Signer;
  /** The hash of the policy this side is armed with; both sides sign both hashes. */
  readonly policy: Hash;
  readonly resolver: Resolver;
  /** Whether an identity is revoked at a wall-clock time, ms. A rejection refuses. */
  readonly isRevoked: (did: Did, at: number) => Promise<boolean>;
  /** Every step is recorded before its message goes out; a fault ends the handshake. */
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  /** When this side began to remember, wall clock in ms; 0 for an identity just created (`createReplayGuard`). */
  readonly bootAt: number;
}

/** One side of any number of handshakes. It holds what they share: replay state, half-open ones, own INITs. */
export interface Endpoint extends EndpointOptions {
  readonly admission: Admission;
  readonly replay: ReplayGuard;
}

/** How one handshake is made. */
export interface HandshakeOptions {
  readonly duplex: Duplex;
  /** The trace its events belong to. */
  readonly trace: TraceId;
  /** What both sides know of the channel, such as a TLS exporter; empty unless given. */
  readonly binding?: Uint8Array;
}

/**
 * One side of handshakes: made once for an identity, and kept.
 *
 * @throws CRYPTO_PURPOSE_NOT_ALLOWED for a key that does not carry both purposes of the handshake, CORE_BAD_TIME
 */
export function createEndpoint(options: EndpointOptions): Endpoint {
  for (const purpose of Object.values(PURPOSE_OF))
    if (!options.signer.purposes.includes(purpose))
      throw new TtpError('CRYPTO_PURPOSE_NOT_ALLOWED', `${options.signer.kid} does not sign ${purpose}`, {
        field: 'signer',
      });
  return {
    ...options,
    admission: createAdmission(options.random),
    replay: createReplayGuard({ bootAt: options.bootAt }),
  };
}

/** What an endpoint brings along to one handshake. */
export function freshSide({ did, signer, policy, random }: Endpoint, binding?: Uint8Array): Side {
  return {
    self: { did, kid: signer.kid, policy },
    publicKey: signer.publicKey,
    ephemeral: generateExchangeKey(random),
    nonce: random.bytes(NONCE_BYTES),
    binding: binding ?? new Uint8Array(0),
    primitives: PRIMITIVES,
  };
}

/** The error a handshake or session ended with. */
export const ended = (code: ErrorCode): TtpError => new TtpError(code, 'the handshake or session has ended');
