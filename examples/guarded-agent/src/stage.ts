import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import type { Operator, Operators, Signer } from '@ttp/core';
import { createSigner, encryptKey, generateKeyPair, IDENTITY_PURPOSES, multikey } from '@ttp/crypto';
import { createIdentity, didKey, type Identity } from '@ttp/did';
import { createKillSwitch } from '@ttp/guard';
import { writeFiles } from './files.ts';

/** A human with a key. */
export interface Person {
  readonly operator: Operator;
  readonly signer: Signer;
}

/** Everything that the demonstration works on, in one temporary folder. */
export interface Stage {
  readonly folder: string;
  /** The files that the agent may ask for. */
  readonly data: string;
  readonly identity: Identity;
  readonly passphrase: string;
  readonly people: readonly [Person, Person];
  readonly operators: Operators;
  readonly path: (
    name:
      | 'agent.json'
      | 'operators.json'
      | 'ttp.db'
      | 'seen.jsonl'
      | 'tamper'
      | 'bundle.jsonl'
      | 'tampered.jsonl',
  ) => string;
}

const PASSPHRASE = 'correct horse battery staple';

/** The policy and the call map next to this example. */
export const settings = (name: 'policy.json' | 'call-map.json'): string =>
  fileURLToPath(new URL(`../${name}`, import.meta.url));

export const readSettings = (name: 'policy.json' | 'call-map.json'): string =>
  readFileSync(settings(name), 'utf8');

/** Makes the folder that everything happens in. */
export const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'ttp-guarded-agent-'));

/** Fills the folder: files, an identity with its key under a passphrase, two operators, a store with a live kill record. */
export async function setStage(folder: string): Promise<Stage> {
  const path: Stage['path'] = (name) => join(folder, name);
  const identity = await createIdentity({ type: 'agent', random, clock });
  const { seed, did, keyLog } = identity;
  const encrypting = encryptKey({ seed, did, passphrase: PASSPHRASE, random }); // slow on purpose, on another thread

  const data = join(folder, 'files');
  mkdirSync(data);
  writeFiles(data);

  const people = [person('ada'), person('grace')] as const;
  const roster = people.map(({ operator: { publicKey, ...rest } }) => ({
    ...rest,
    publicKey: multikey(publicKey),
  }));
  writeFileSync(path('operators.json'), JSON.stringify({ operators: roster }));
  const operators: Operators = {
    byKid: (kid) => Promise.resolve(people.map(({ operator }) => operator).find((one) => one.kid === kid)),
  };

  // The kill record is created alive, with the identity; whoever opens the store without one finds a killed agent.
  const storage = sqlite(path('ttp.db'));
  const kill = await createKillSwitch({ storage, clock, timer });
  await kill.enrol(did, true);
  kill.close();
  await storage.close();
  const key = await encrypting;
  writeFileSync(path('agent.json'), JSON.stringify({ v: 1, keyLog, key }), { mode: 0o600 });
  return { folder, data, identity, passphrase: PASSPHRASE, people, operators, path };
}

function person(id: string): Person {
  const { seed, publicKey } = generateKeyPair(random);
  const did = didKey(publicKey);
  const kid = `${did}#${did.slice('did:key:'.length)}`;
  return {
    operator: {
      id,
      human: id,
      kid,
      publicKey,
      level: 3,
      privileges: ['review:final', 'kill:order', 'kill:reinstate'],
    },
    signer: createSigner({ seed, kid, purposes: IDENTITY_PURPOSES }),
  };
}
