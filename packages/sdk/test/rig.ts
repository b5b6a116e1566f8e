import { memory } from '@ttp/adapters/memory';
import { isTtpError, type Json, type JsonObject, type Storage } from '@ttp/core';
import { createIdentity, type Identity } from '@ttp/did';
import type { Entry } from '@ttp/etr-merkle/trace';
import { createTtp, type Ttp, type TtpOptions } from '@ttp/sdk';
import { type FakeClock, fakeClock, type SeededRandom, seededRandom } from '@ttp/testkit';

/** Reads and lists below /data are allowed, writes warn, /data/secret needs a human, /data/card is redacted. */
export const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:rig:v1',
  requirements: { requireIdentityVerification: true },
  rules: [
    { id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] },
    { id: 'write', effect: 'warn', resources: ['file:data/**'], actions: ['write'] },
    {
      id: 'payroll',
      effect: 'allow_with_approval',
      resources: ['file:data/payroll/**'],
      actions: ['read'],
      humanApproval: {
        required: true,
        reason: 'payroll',
        escalationLevel: 1,
        timeout: 300,
        defaultAction: 'deny',
      },
    },
    { id: 'no-keys', effect: 'deny', resources: ['file:data/keys/**'], actions: ['read', 'write'] },
  ],
  defaultEffect: 'deny',
};

export const CALL_MAP: JsonObject = {
  version: 1,
  tools: {
    read_file: { action: 'read', resource: { scheme: 'file', path: 'input.path' } },
    write_file: { action: 'write', resource: { scheme: 'file', path: 'input.path' } },
  },
};

export interface Rig {
  readonly ttp: Ttp;
  readonly clock: FakeClock;
  readonly random: SeededRandom;
  readonly storage: Storage;
  readonly identity: Identity;
  readonly entries: Entry[];
  /** A call of `read_file`, counting how often its effect happened. */
  read(path: string, result?: Json): ReturnType<Ttp['a2t']>;
  effects(): number;
  /** Durable appends to the log so far. */
  readonly appends: number;
  /** The same identity on the same storage, as after a restart. */
  restart(options?: Partial<TtpOptions>): Promise<Rig>;
  /** The same after a crash: nothing is closed in order. */
  crash(options?: Partial<TtpOptions>): Promise<Rig>;
}

/** An enforcement point on fake time, seeded randomness and memory. */
export async function rig(
  options: Partial<TtpOptions> & { readonly seed?: string; readonly identity?: Identity } = {},
): Promise<Rig> {
  const clock = fakeClock();
  const { storage = memory(), seed = 'sdk', identity: given, ...rest } = options;
  const random = seededRandom(seed);
  const identity = given ?? (await createIdentity({ type: 'agent', random, clock }));
  return open({ clock, random, identity, storage }, { fresh: true, ...rest });
}

type Parts = Pick<Rig, 'clock' | 'random' | 'identity' | 'storage'>;

const opened: Ttp[] = [];

/** Closes what the test opened; one whose log was broken on purpose says so, and is closed all the same. */
export async function closeAll(): Promise<void> {
  for (const ttp of opened.splice(0))
    await ttp.close().catch((error: unknown) => {
      if (!isTtpError(error, 'ETR_POISONED')) throw error;
    });
}

/** Counts the appends to the logs of a storage. */
function counting(storage: Storage, count: () => void): Storage {
  const log = (name: string) => {
    const inner = storage.log(name);
    const append: typeof inner.append = (...args) => {
      count();
      return inner.append(...args);
    };
    return { append, read: inner.read.bind(inner), size: inner.size.bind(inner) };
  };
  return { store: storage.store, log, shared: storage.shared, close: () => storage.close() };
}

async function open(parts: Parts, options: Partial<TtpOptions>): Promise<Rig> {
  const { clock, random, identity } = parts;
  let appends = 0;
  const storage = counting(parts.storage, () => appends++);
  const entries: Entry[] = [];
  const ports = { clock, timer: clock, random, ...options.ports };
  const onEvent = (entry: Entry): unknown => {
    entries.push(entry);
    return options.onEvent?.(entry);
  };
  const ttp = await createTtp({
    policy: POLICY,
    callMap: CALL_MAP,
    ...options,
    identity,
    storage,
    ports,
    onEvent,
  });
  opened.push(ttp);
  let effects = 0;
  return {
    ...parts,
    get appends() {
      return appends;
    },
    ttp,
    entries,
    read: (path, result = 'content') =>
      ttp.a2t({ tool: 'read_file', input: { path } }, () => {
        effects++;
        return Promise.resolve(result);
      }),
    effects: () => effects,
    restart: async (again = {}) => {
      await ttp.close();
      return open(parts, again);
    },
    crash: (again = {}) => open(parts, again),
  };
}
