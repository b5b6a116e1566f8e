import { hex } from '@ttp/crypto';
import type { World } from './adversary.js';
import type { Run } from './rig.js';

const ZERO = '00'.repeat(32);

/** The ephemeral public keys in the hands of a party's own runs. */
const ephemeralsOf = ({ runs }: World, of: Run['self']): readonly string[] =>
  runs.filter(({ self }) => self === of).map(({ side }) => hex(side.ephemeral.publicKey));

/** The ephemeral key of the other side, as a run that completed saw it. */
function peerEphemeral(run: Run): string {
  return run.established === undefined
    ? ''
    : (run.heard.map(hex).find((key) => key !== hex(run.side.ephemeral.publicKey)) ?? '');
}

/**
 * What a schedule did to the ten properties of a handshake; empty where all of them hold. The attacker may of course
 * be whoever's key it knows: then what is left is that it is only in sessions over ephemeral keys of its own making.
 */
export function violations(world: World): readonly string[] {
  const wrong: string[] = [];
  const complete = world.runs.filter(({ established }) => established !== undefined);
  const sessions = new Map<string, number>();
  const keys = new Map<string, string>();
  for (const run of complete) {
    const e = run.established;
    if (e === undefined) continue;
    const name = `${run.self.name} as ${e.role}`;
    const peer = world.scene.parties.find(({ did }) => did === e.peer.did);
    if (peer === undefined || peer === run.self)
      wrong.push(`7 reflection: ${name} talks to itself or nobody`);
    const id = `${e.role} ${e.session}`;
    sessions.set(id, (sessions.get(id) ?? 0) + 1);
    if ((sessions.get(id) ?? 0) > 1) wrong.push(`6 replay: two sessions ${id}`);
    if (hex(e.sendKey) === hex(e.receiveKey))
      wrong.push(`9 separation: ${name} sends and receives under one key`);
    for (const key of [e.sendKey, e.receiveKey]) {
      const at = keys.get(hex(key)) ?? e.session;
      if (at !== e.session) wrong.push(`9 separation: a key of two sessions`);
      keys.set(hex(key), e.session);
    }
    if (hex(run.side.ephemeral.secretKey) !== ZERO)
      wrong.push(`5 forward secrecy: ${name} keeps its ephemeral key`);
    if (run.versions.some((versions) => versions !== '[1]'))
      wrong.push(`8 downgrade: ${name} agreed to ${run.versions.join()}`);
    if (peer === undefined) continue;
    const partners = world.runs.filter(
      (other) => other.self === peer && other.role !== e.role && other.transcript === e.transcript,
    );
    if (world.known.includes(peer)) {
      const theirs = peerEphemeral(run);
      if (!world.made.has(theirs) && !ephemeralsOf(world, peer).includes(theirs))
        wrong.push(`3 binding: ${name} takes ${peer.name} for who made a key that is another's`);
      continue;
    }
    const kci = world.known.includes(run.self) ? '4 KCI' : '1 agreement';
    if (partners.length !== 1)
      wrong.push(`${kci}: ${name} completed with ${partners.length} runs of ${peer.name}`);
    for (const { side, established, self } of partners) {
      const { did, kid, policy } = side.self;
      if (did !== e.peer.did || kid !== e.peer.kid || policy !== e.peer.policy)
        wrong.push(`3 binding: ${name} heard another claim`);
      if (established === undefined) continue;
      if (established.peer.did !== run.self.did)
        wrong.push(`1 agreement: ${self.name} means another than ${name}`);
      if (hex(established.sendKey) !== hex(e.receiveKey) || hex(established.receiveKey) !== hex(e.sendKey))
        wrong.push(`2 keys: ${name} and ${self.name} hold others`);
    }
    if (e.role === 'initiator' && partners.some(({ established }) => established === undefined))
      wrong.push(`1 agreement: ${name} completed before ${peer.name}`);
  }
  for (const { state, established, side, erased } of world.runs) {
    if (state.at !== 'failed') continue;
    if (established !== undefined || Object.keys(state).sort().join() !== 'at,code')
      wrong.push('10 abort: something is left');
    if (hex(side.ephemeral.secretKey) !== ZERO) wrong.push('10 abort: the ephemeral key is left');
    if (erased.length === 0) wrong.push('10 abort: nothing was overwritten');
  }
  return wrong;
}
