import { asDid, type Did, type DidDocument, type Hash, isTtpError } from '@ttp/core';
import {
  concatBytes,
  createReplayGuard,
  createSigner,
  fromBase64url,
  fromUtf8,
  generateExchangeKey,
  hashBytes,
  hex,
  IDENTITY_PURPOSES,
  type KeyPair,
  keyPairOf,
  multikey,
  type ReplayGuard,
  sha256,
  utf8,
} from '@ttp/crypto';
import { seededRandom } from '@ttp/testkit';
import { type InitiatorState, initiatorMachine, startHandshake } from '../../src/handshake/initiator.js';
import { type HandshakePrimitives, PRIMITIVES } from '../../src/handshake/primitives.js';
import { type ResponderState, receiveInit, responderMachine } from '../../src/handshake/responder.js';
import type {
  Established,
  HandshakeEvent,
  HandshakeOut,
  HandshakeRecord,
  Side,
} from '../../src/handshake/step.js';
import type { Role } from '../../src/handshake/transcript.js';
import type { Claim } from '../../src/handshake/wire.js';
import { didKeyDocument } from '../../src/index.js';

export const START = 1_700_000_000_000;

/** Ed25519 and X25519, or what stands for them. Also what a party needs of them to take part. */
export interface Suite extends HandshakePrimitives {
  ephemeral(bytes: Uint8Array): Side['ephemeral'];
  sign(party: Party, purpose: string, payload: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** Somebody with a key. */
export interface Party {
  readonly name: string;
  readonly did: Did;
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly claim: Claim;
  readonly document: DidDocument;
  readonly replay: ReplayGuard;
}

/** A party whose key follows from its name. */
export function party(name: string): Party {
  const { seed, publicKey } = keyPairOf(seededRandom(`party ${name}`).bytes(32));
  const did = asDid(`did:key:${multikey(publicKey)}`);
  return { ...partyOf(did, { seed, publicKey }, hashBytes(utf8(`policy of ${name}`))), name };
}

/** A party with a `did:key` and its key. */
export function partyOf(did: Did, { seed, publicKey }: KeyPair, policy: Hash): Party {
  const document = didKeyDocument(did);
  const claim = { did, kid: document.authentication[0] ?? '', policy };
  return { name: did, did, seed, publicKey, claim, document, replay: createReplayGuard({ bootAt: 0 }) };
}

/** The real ones. */
export const REAL: Suite = {
  ...PRIMITIVES,
  ephemeral: (bytes) => generateExchangeKey({ bytes: () => bytes }),
  sign: ({ seed, claim }, purpose, payload) =>
    createSigner({ seed, kid: claim.kid, purposes: IDENTITY_PURPOSES }).sign(purpose, payload),
};

function stubSignature(seed: Uint8Array, purpose: string, payload: Uint8Array): Uint8Array {
  const half = sha256(concatBytes(seed, utf8(purpose), payload));
  return concatBytes(half, half);
}

/**
 * Cheap ones, for which an attacker of the simulator has no operation but those of the suite: a signature is a hash
 * over the seed, a shared secret the hash of both public keys.
 */
export function stubSuite(parties: readonly Party[]): Suite {
  const seeds = new Map(parties.map(({ publicKey, seed }) => [hex(publicKey), seed]));
  return {
    ephemeral: (secretKey) => ({ secretKey, publicKey: sha256(secretKey) }),
    exchange(secretKey, publicKey) {
      const [a, b] = [hex(sha256(secretKey)), hex(publicKey)];
      return sha256(utf8(a < b ? a + b : b + a));
    },
    verify({ purpose, payload, signature: given, publicKey }) {
      const seed = seeds.get(hex(publicKey));
      return seed !== undefined && hex(stubSignature(seed, purpose, payload)) === hex(given);
    },
    sign: ({ seed }, purpose, payload) => stubSignature(seed, purpose, payload),
  };
}

/** One run of one side, with what came out of it. */
export interface Run {
  readonly self: Party;
  readonly side: Side;
  state: InitiatorState | ResponderState;
  readonly sent: Uint8Array[];
  readonly records: HandshakeRecord[];
  established: Established | undefined;
  /** Keys the machine gave up, as they were before they were overwritten. */
  readonly erased: Uint8Array[];
  readonly role: Role;
  /** The transcript with the initiator's signature, once there is one. */
  transcript: string | undefined;
  /** The ephemeral keys and version lists of what was sent and came in. */
  readonly heard: Uint8Array[];
  readonly versions: string[];
}

/** Takes down what a message says, whoever sent it. */
function note(run: Run, bytes: Uint8Array): void {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes));
  } catch {
    return; // no message: the run refuses it
  }
  if (typeof value !== 'object' || value === null) return;
  if ('ephemeral' in value && typeof value.ephemeral === 'string')
    run.heard.push(fromBase64url(value.ephemeral));
  if ('versions' in value) run.versions.push(JSON.stringify(value.versions));
}

/** Everything a run needs besides its messages. */
export interface Scene {
  readonly suite: Suite;
  readonly parties: readonly Party[];
  /** Monotonic time; the wall clock is `START` later. */
  now: number;
}

export interface SideOptions {
  readonly seed: string;
  readonly binding?: Uint8Array;
  readonly claim?: Partial<Claim>;
}

export function sideOf(scene: Scene, self: Party, { seed, binding, claim }: SideOptions): Side {
  const random = seededRandom(seed);
  return {
    self: { ...self.claim, ...claim },
    publicKey: self.publicKey,
    ephemeral: scene.suite.ephemeral(random.bytes(32)),
    nonce: random.bytes(32),
    binding: binding ?? new Uint8Array(0),
    primitives: scene.suite,
  };
}

const emptyRun = (role: Role, self: Party, side: Side, state: Run['state']): Run => ({
  role,
  transcript: undefined,
  heard: [],
  versions: [],
  self,
  side,
  state,
  sent: [],
  records: [],
  established: undefined,
  erased: [],
});

/** Begins as initiator. */
export const initiate = (scene: Scene, self: Party, peer: Party, options: SideOptions): Promise<Run> =>
  initiateWith(scene, self, peer, sideOf(scene, self, options));

/** Begins as initiator, with what it brings along. */
export async function initiateWith(scene: Scene, self: Party, peer: Party, side: Side): Promise<Run> {
  const { now } = scene;
  const { state, out } = startHandshake({ side, peer: peer.document, now, wall: START + now });
  const run = emptyRun('initiator', self, side, state);
  await perform(scene, run, out);
  return run;
}

/** Begins as responder; throws as `receiveInit`. */
export async function respond(
  scene: Scene,
  self: Party,
  bytes: Uint8Array,
  options: SideOptions,
): Promise<Run> {
  return begun(scene, self, bytes, sideOf(scene, self, options));
}

/** Begins as responder, with what it brings along, or says with which code nothing began. */
export async function respondWith(
  scene: Scene,
  self: Party,
  bytes: Uint8Array,
  side: Side,
): Promise<Run | string> {
  try {
    return await begun(scene, self, bytes, side);
  } catch (error) {
    if (isTtpError(error)) return error.code;
    throw error;
  }
}

async function begun(scene: Scene, self: Party, bytes: Uint8Array, side: Side): Promise<Run> {
  const { now } = scene;
  const { state, out } = receiveInit({ side, bytes, replay: self.replay, now, wall: START + now });
  const run = emptyRun('responder', self, side, state);
  note(run, bytes);
  await perform(scene, run, out);
  return run;
}

/** One event for a run, and what follows from it. */
export async function feed(scene: Scene, run: Run, event: HandshakeEvent): Promise<void> {
  const { state, out } = stepOf(run.state, event);
  run.state = state;
  await perform(scene, run, out);
}

/** Whether a state is one of the initiator: the two machines share no name of a state in progress but `signing`. */
function stepOf(
  state: InitiatorState | ResponderState,
  event: HandshakeEvent,
): { state: InitiatorState | ResponderState; out: readonly HandshakeOut[] } {
  if (state.at === 'resolving' || state.at === 'answered' || (state.at === 'signing' && 'replay' in state))
    return responderMachine.step(state, event);
  return initiatorMachine.step(state, event);
}

/** A message for a run. */
export async function deliver(scene: Scene, run: Run, bytes: Uint8Array): Promise<void> {
  const { at } = run.state;
  await feed(scene, run, { type: 'message', now: scene.now, wall: START + scene.now, bytes });
  if (at !== run.state.at && run.state.at !== 'failed') note(run, bytes);
}

async function perform(scene: Scene, run: Run, out: readonly HandshakeOut[]): Promise<void> {
  for (const effect of out) {
    switch (effect.do) {
      case 'send':
        run.sent.push(effect.bytes);
        break;
      case 'record':
        run.records.push(effect);
        if (effect.step === 'RESPONSE') run.transcript = effect.transcript;
        break;
      case 'erase':
        for (const key of effect.keys) {
          run.erased.push(Uint8Array.from(key));
          key.fill(0);
        }
        break;
      case 'complete':
        run.established = effect.established;
        break;
      case 'sign': {
        const signature = scene.suite.sign(run.self, effect.purpose, effect.payload);
        const made = signature instanceof Uint8Array ? signature : await signature;
        await feed(scene, run, { type: 'signed', now: scene.now, signature: made });
        break;
      }
      case 'resolve': {
        const { now } = scene;
        const document = scene.parties.find(({ did }) => did === effect.did)?.document;
        await feed(
          scene,
          run,
          document === undefined
            ? { type: 'fault', now, code: 'DID_UNRESOLVED' }
            : { type: 'resolved', now, wall: START + now, document, revoked: false },
        );
        break;
      }
      case 'abort':
        break;
    }
  }
}

/** The code with which a run failed; undefined where it did not. */
export const failure = ({ state }: Run): string | undefined =>
  state.at === 'failed' ? state.code : undefined;

/** The last message a run sent. */
export function lastOf({ sent }: Run): Uint8Array {
  const last = sent.at(-1);
  if (last === undefined) throw new Error('nothing was sent');
  return last;
}

/** Begins as responder, or says with which code nothing began. */
export const tryRespond = (
  scene: Scene,
  self: Party,
  bytes: Uint8Array,
  options: SideOptions,
): Promise<Run | string> => respondWith(scene, self, bytes, sideOf(scene, self, options));

/** A whole handshake between two parties, message by message. */
export async function handshake(
  scene: Scene,
  a: Party,
  b: Party,
  seed: string,
): Promise<{ readonly initiator: Run; readonly responder: Run }> {
  const initiator = await initiate(scene, a, b, { seed: `${seed} initiator` });
  const responder = await respond(scene, b, lastOf(initiator), { seed: `${seed} responder` });
  await deliver(scene, initiator, lastOf(responder));
  await deliver(scene, responder, lastOf(initiator));
  await deliver(scene, initiator, lastOf(responder));
  return { initiator, responder };
}

/** A scene of real cryptography with Alice, Bob and Carol. */
export function realScene(): Scene & { readonly alice: Party; readonly bob: Party; readonly carol: Party } {
  const [alice, bob, carol] = [party('alice'), party('bob'), party('carol')];
  return { suite: REAL, parties: [alice, bob, carol], now: 0, alice, bob, carol };
}
