import type { Json, JsonObject } from '@ttp/core';
import { canonicalBytes, fromUtf8 } from '@ttp/crypto';
import { deliver, initiate, lastOf, type Run, realScene, respond } from './rig.js';

/** Alice, Bob and Carol with real cryptography. */
export type RealScene = ReturnType<typeof realScene>;

/** The members of a message. */
export const jsonOf = (bytes: Uint8Array): JsonObject => JSON.parse(fromUtf8(bytes)) as JsonObject;
/** The message with other members; undefined leaves one out. */
export const changed = (bytes: Uint8Array, change: Record<string, Json | undefined>): Uint8Array =>
  canonicalBytes(
    Object.fromEntries(
      Object.entries({ ...jsonOf(bytes), ...change }).filter(
        (entry): entry is [string, Json] => entry[1] !== undefined,
      ),
    ),
  );

/** A handshake on its way. */
export interface Stage {
  readonly scene: RealScene;
  readonly initiator: Run;
  readonly responder?: Run;
  /** The message in flight. */
  readonly bytes: Uint8Array;
}

/** A handshake that has come to its `n`th message, which is in flight. */
export async function upTo(n: 1 | 2 | 3 | 4, scene: RealScene = realScene()): Promise<Stage> {
  const initiator = await initiate(scene, scene.alice, scene.bob, { seed: 'initiator' });
  if (n === 1) return { scene, initiator, bytes: lastOf(initiator) };
  const responder = await respond(scene, scene.bob, lastOf(initiator), { seed: 'responder' });
  if (n === 2) return { scene, initiator, responder, bytes: lastOf(responder) };
  await deliver(scene, initiator, lastOf(responder));
  if (n === 3) return { scene, initiator, responder, bytes: lastOf(initiator) };
  await deliver(scene, responder, lastOf(initiator));
  return { scene, initiator, responder, bytes: lastOf(responder) };
}
