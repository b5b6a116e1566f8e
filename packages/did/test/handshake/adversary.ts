import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { base64url, canonicalBytes, fromBase64url, hex, parseJson } from '@ttp/crypto';
import type { SeededRandom } from '@ttp/testkit';
import { confirmation, identityKeys, identityMac, sessionKeys } from '../../src/handshake/schedule.js';
import {
  beginTranscript,
  extendTranscript,
  PURPOSE_OF,
  signedPayload,
} from '../../src/handshake/transcript.js';
import {
  type Counter,
  encodeChallengeResponse,
  encodeComplete,
  encodeCounter,
  encodeInit,
  encodeResponse,
  type Proof,
  RESPONSE_CORE,
  readChallengeResponse,
  readInit,
  readResponse,
} from '../../src/handshake/wire.js';
import { deliver, initiate, type Party, type Run, type Scene, START, tryRespond } from './rig.js';

/** What an attacker can do with what it has seen. */
export const ATTACKS = [
  'deliver',
  'drop',
  'replay',
  'splice',
  'modify',
  'steal',
  'forge-counter',
  'forge-init',
  'forge-response',
  'forge-complete',
] as const;
export type Attack = (typeof ATTACKS)[number];

/** A message on its way: to a run, or to a party that begins one with it. */
interface InFlight {
  readonly bytes: Uint8Array;
  readonly to: Run | Party;
}

/** One schedule: three parties, three sessions, and an attacker that is the network. */
export interface World {
  readonly scene: Scene;
  readonly random: SeededRandom;
  /** Whose long-term keys the attacker knows. */
  readonly known: readonly Party[];
  /** Every run of the parties, in the order of their beginning. */
  readonly runs: Run[];
  /** Public keys, in hexadecimal, of which the attacker made the secret. */
  readonly made: Set<string>;
  readonly attacks: Map<Attack, number>;
  inFlight: InFlight[];
  readonly seen: Uint8Array[];
  /** Answers of the attacker's own making, by the run they went to. */
  readonly answers: {
    readonly to: Run;
    readonly answer: Counter & Proof;
    readonly secret: Uint8Array;
  }[];
  /** Ephemeral keys of the attacker's own INITs, by the party they went to. */
  readonly own: {
    readonly to: Party;
    readonly init: Uint8Array;
    readonly secretKey: Uint8Array;
    readonly by: Party;
  }[];
  fresh: number;
}

/** A party as the attacker picks it: any of them. */
const anyParty = ({ random, scene }: World): Party => random.pick(scene.parties);

/** Sends what a run sent last, to whoever it talks to. */
function post(world: World, run: Run, before: number, back: Run | Party): void {
  for (const bytes of run.sent.slice(before)) {
    world.seen.push(bytes);
    world.inFlight.push({ bytes, to: back });
  }
}

/** Who a run answers to: known once somebody answered it. */
const peers = new WeakMap<Run, Run | Party>();

/** Begins a session of one party with another. */
export async function begin(world: World, self: Party, peer: Party): Promise<void> {
  const run = await initiate(world.scene, self, peer, { seed: `${world.random.seed} ${world.fresh++}` });
  world.runs.push(run);
  peers.set(run, peer);
  post(world, run, 0, peer);
}

/** Hands bytes to a run, or to a party as an INIT. */
async function hand(world: World, bytes: Uint8Array, to: Run | Party, from?: Run): Promise<void> {
  world.seen.push(bytes);
  if ('self' in to) {
    const before = to.sent.length;
    await deliver(world.scene, to, bytes);
    const back = peers.get(to);
    if (back !== undefined) post(world, to, before, back);
    return;
  }
  const run = await tryRespond(world.scene, to, bytes, { seed: `${world.random.seed} ${world.fresh++}` });
  if (typeof run === 'string') return;
  world.runs.push(run);
  // The answer goes to the run that opened it, if the attacker lets it: to a run of the initiator that waits.
  const opener = from ?? world.runs.find((other) => other.sent.some((sent) => hex(sent) === hex(bytes)));
  if (opener !== undefined) {
    peers.set(run, opener);
    peers.set(opener, run);
    post(world, run, 0, opener);
  } else world.seen.push(...run.sent);
}

const parsed = new WeakMap<Uint8Array, JsonObject | null>();

/** The members of a message; undefined for what is none. Remembered, since an attacker looks often. */
function objectOf(bytes: Uint8Array): JsonObject | undefined {
  const known = parsed.get(bytes);
  if (known !== undefined) return known ?? undefined;
  let object: JsonObject | undefined;
  try {
    const value = parseJson(bytes);
    object = isJsonObject(value) ? value : undefined;
  } catch {
    // flipped into something that is not JSON
  }
  parsed.set(bytes, object ?? null);
  return object;
}

const anySeen = ({ random, seen }: World): Uint8Array => random.pick(seen);

/** Some member of a message, changed. */
function modified({ random, scene }: World, bytes: Uint8Array): Uint8Array {
  const message = objectOf(bytes);
  if (message === undefined || random.chance(0.2)) {
    const copy = Uint8Array.from(bytes);
    const at = random.int(Math.max(1, copy.length));
    copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
    return copy;
  }
  const name = random.pick(Object.keys(message));
  const claim = random.pick(scene.parties).claim;
  const changes: Json[] = [
    base64url(random.bytes(32)),
    base64url(random.bytes(64)),
    claim.did,
    { ...claim },
    [2],
    [1, 2],
    'X25519-P256',
    START - random.int(400_000),
    random.pick(['INIT', 'CHALLENGE_RESPONSE', 'RESPONSE', 'COMPLETE']),
  ];
  return canonicalBytes({ ...message, [name]: random.pick(changes) });
}

/** Members of two messages of one kind, mixed. */
function spliced(world: World): Uint8Array {
  const { random, seen } = world;
  const one = anySeen(world);
  const first = objectOf(one);
  if (first === undefined) return one;
  const others = [first, ...seen.map(objectOf)].filter((other) => other?.['msg'] === first['msg']);
  const second = random.pick(others) ?? first;
  const mixed = Object.fromEntries(
    Object.entries(first).map(([name, value]) => [
      name,
      random.chance(0.3) ? (second[name] ?? value) : value,
    ]),
  );
  return canonicalBytes(mixed);
}

/** The signature of a party whose key the attacker knows, one it made before, or none that verifies. */
async function signature(
  world: World,
  role: 'initiator' | 'responder',
  transcript: Uint8Array,
  as: Party,
): Promise<Uint8Array> {
  const { known, scene, random, runs } = world;
  const old = runs.filter(({ self, role: its }) => self === as && its === role).map(signatureOf);
  const made = old.filter((sig) => sig !== undefined);
  const key = known.includes(as) ? as : known[0];
  if (!known.includes(as) && made.length > 0 && random.chance(0.5)) return random.pick(made);
  if (key === undefined) return random.bytes(64);
  return scene.suite.sign(key, PURPOSE_OF[role], signedPayload(role, transcript));
}

/** The signature that a run made, if it came to that. */
function signatureOf({ sent }: Run): Uint8Array | undefined {
  for (const bytes of sent) {
    const sig = objectOf(bytes)?.['sig'];
    if (typeof sig === 'string') return fromBase64url(sig);
  }
  return undefined;
}

/** Runs of a responder that wait for a RESPONSE. */
const waiting = ({ runs }: World): readonly Run[] => runs.filter(({ state }) => state.at === 'answered');

const NONE = new Uint8Array(0);

/** The INIT of somebody under the name of another: the ephemeral key is a stranger's. */
function stolen(world: World): InFlight | undefined {
  const { random, known, runs } = world;
  const thief = known[0];
  const inits = runs
    .flatMap(({ sent }) => sent.slice(0, 1))
    .filter((bytes) => objectOf(bytes)?.['msg'] === 'INIT');
  if (thief === undefined || inits.length === 0) return undefined;
  const init = readInit(random.pick(inits));
  const to = world.scene.parties.find(({ did }) => did === init.responder);
  if (to === undefined || to === thief) return undefined;
  return { bytes: encodeInit({ ...init, initiator: thief.claim }), to };
}

/** An INIT of the attacker's own making, in anybody's name. */
function forgedInit(world: World): InFlight {
  const { random, scene } = world;
  const [to, by] = [anyParty(world), anyParty(world)];
  const { secretKey, publicKey } = scene.suite.ephemeral(random.bytes(32));
  const bytes = encodeInit({
    initiator: by.claim,
    responder: to.did,
    ephemeral: publicKey,
    nonce: random.bytes(32),
    iat: START,
  });
  world.made.add(hex(publicKey));
  world.own.push({ to, by, init: bytes, secretKey });
  return { bytes, to };
}

/** An answer to an INIT, in the name of whom it is for, over an ephemeral key of the attacker or a stranger. */
async function forgedCounter(world: World): Promise<InFlight | undefined> {
  const { random, scene, runs } = world;
  const open = runs.filter(({ state }) => state.at === 'waiting');
  if (open.length === 0) return undefined;
  const run = random.pick(open);
  const init = run.sent[0] ?? NONE;
  const { responder, ephemeral: theirs } = readInit(init);
  const as = scene.parties.find(({ did }) => did === responder);
  if (as === undefined) return undefined;
  const mine = scene.suite.ephemeral(random.bytes(32));
  world.made.add(hex(mine.publicKey));
  const foreign = runs.map(({ side }) => side.ephemeral.publicKey);
  const ephemeral = random.chance(0.7) ? mine.publicKey : random.pick(foreign);
  const counter: Counter = { responder: as.claim, ephemeral, nonce: random.bytes(32), iat: START };
  const said = extendTranscript(
    extendTranscript(beginTranscript(NONE), 'initiator', init),
    'responder',
    encodeCounter(counter),
  );
  const secret = scene.suite.exchange(mine.secretKey, theirs);
  const keys = identityKeys(secret, said);
  const mac = identityMac(keys, 'responder', as.claim);
  const sig = await signature(world, 'responder', extendTranscript(said, 'responder', mac), as);
  const answer = { ...counter, mac, sig };
  world.answers.push({ to: run, answer, secret });
  return { bytes: encodeChallengeResponse(answer), to: run };
}

/** A RESPONSE to a party that waits for one, with whatever the attacker can compute of it. */
async function forgedResponse(world: World): Promise<InFlight | undefined> {
  const { random, scene, seen, own } = world;
  const open = waiting(world);
  if (open.length === 0) return undefined;
  const run = random.pick(open);
  if (run.state.at !== 'answered') return undefined;
  const { init: said, peer } = run.state;
  const as = scene.parties.find(({ did }) => did === peer);
  const answer = readChallengeResponse(run.sent[0] ?? NONE);
  if (as === undefined) return undefined;
  const init = [...own.map((mine) => mine.init), ...seen].find(
    (bytes) =>
      objectOf(bytes)?.['nonce'] === base64url(said.nonce) &&
      hex(canonicalBytes(objectOf(bytes)?.['initiator'] ?? null)) ===
        hex(canonicalBytes({ ...said.initiator })),
  );
  if (init === undefined) return undefined;
  const mine = own.find((other) => other.init === init);
  const counted = extendTranscript(
    extendTranscript(beginTranscript(NONE), 'initiator', init),
    'responder',
    encodeCounter(answer),
  );
  const heard = extendTranscript(extendTranscript(counted, 'responder', answer.mac), 'responder', answer.sig);
  const mac =
    mine === undefined
      ? random.bytes(32)
      : identityMac(
          identityKeys(scene.suite.exchange(mine.secretKey, answer.ephemeral), counted),
          'initiator',
          as.claim,
        );
  const transcript = extendTranscript(extendTranscript(heard, 'initiator', RESPONSE_CORE), 'initiator', mac);
  return {
    bytes: encodeResponse({ mac, sig: await signature(world, 'initiator', transcript, as) }),
    to: run,
  };
}

/** The COMPLETE that an answer of the attacker's own asks for, if it was taken. */
function forgedComplete({ random, answers }: World): InFlight | undefined {
  const taken = answers.filter(({ to }) => to.state.at === 'confirming');
  if (taken.length === 0) return undefined;
  const { to, answer, secret } = random.pick(taken);
  const [init = NONE, response = NONE] = [to.sent[0], to.sent.at(-1)];
  const { mac, sig } = readResponse(response);
  const said: readonly (readonly ['initiator' | 'responder', Uint8Array])[] = [
    ['initiator', init],
    ['responder', encodeCounter(answer)],
    ['responder', answer.mac],
    ['responder', answer.sig],
    ['initiator', RESPONSE_CORE],
    ['initiator', mac],
    ['initiator', sig],
  ];
  const transcript = said.reduce(
    (hash, [role, bytes]) => extendTranscript(hash, role, bytes),
    beginTranscript(NONE),
  );
  const keys = sessionKeys(secret, transcript);
  return {
    bytes: encodeComplete({ session: keys.session, confirm: confirmation(keys, transcript) }),
    to,
  };
}

/** One move of the attacker. */
export async function move(world: World): Promise<void> {
  const { random, attacks } = world;
  const attack: Attack = random.chance(0.6) ? 'deliver' : random.pick(ATTACKS);
  attacks.set(attack, (attacks.get(attack) ?? 0) + 1);
  const anybody = (): Run | Party =>
    random.chance(0.7) && world.runs.length > 0 ? random.pick(world.runs) : anyParty(world);
  switch (attack) {
    case 'deliver': {
      // Any of those in flight: that they are reordered goes without saying.
      if (world.inFlight.length === 0) return;
      const next = random.pick(world.inFlight);
      world.inFlight = world.inFlight.filter((other) => other !== next);
      return hand(world, next.bytes, next.to);
    }
    case 'drop': {
      if (random.chance(0.5)) world.inFlight = world.inFlight.slice(1);
      return;
    }
    case 'replay':
      return hand(world, anySeen(world), anybody());
    case 'splice':
      return hand(world, spliced(world), anybody());
    case 'modify': {
      if (world.inFlight.length === 0) return;
      const target = random.pick(world.inFlight);
      world.inFlight = world.inFlight.filter((other) => other !== target);
      return hand(world, modified(world, target.bytes), target.to);
    }
    case 'steal':
    case 'forge-init':
    case 'forge-complete': {
      const forge = { steal: stolen, 'forge-init': forgedInit, 'forge-complete': forgedComplete }[attack];
      const forged = forge(world);
      if (forged !== undefined) await hand(world, forged.bytes, forged.to);
      return;
    }
    case 'forge-counter':
    case 'forge-response': {
      const forged = await (attack === 'forge-counter' ? forgedCounter(world) : forgedResponse(world));
      if (forged !== undefined) await hand(world, forged.bytes, forged.to);
    }
  }
}
