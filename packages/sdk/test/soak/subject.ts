import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sqlite } from '@ttp/adapters/sqlite';
import { asDid, asEpoch, type KillReason, type Storage } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import { createIdentity, type Identity } from '@ttp/did';
import { verifyTrace } from '@ttp/etr-merkle/trace';
import { signReinstateOrder } from '@ttp/guard';
import { createTtp, type Ttp } from '@ttp/sdk';
import type { SeededRandom } from '@ttp/testkit';
import { CALL_MAP, POLICY } from '../rig.js';
import { type FaultyClock, faultyClock } from './faulty-clock.js';
import { Model, PEOPLE, strictest, type Target } from './model.js';
import { alice, bob, mallory, operators } from './roster.js';

/** Orders as the law asks for them; or wrong in one way, and then they must change nothing. */
export const ORDERS = ['lawful', 'too few', 'stale', 'expired', 'of an outsider'] as const;

interface Parts {
  readonly identity: Identity;
  readonly path: string;
  readonly random: SeededRandom;
  readonly clock: FaultyClock;
}

/** An agent with a file of its own, held against a model. */
export class Subject {
  readonly #parts: Parts;
  readonly #model: Model;
  readonly #wrong: string[] = [];
  #storage: Storage;
  #ttp: Ttp;
  effects = 0;

  private constructor(parts: Parts, { storage, ttp }: Opened) {
    this.#parts = parts;
    this.#model = new Model(() => parts.clock.passed);
    this.#storage = storage;
    this.#ttp = ttp;
  }

  static async create(folder: string, name: string, random: SeededRandom): Promise<Subject> {
    const clock = faultyClock();
    const identity = await createIdentity({ type: 'agent', random, clock });
    const parts = { identity, path: join(folder, `${name}.db`), random, clock };
    return new Subject(parts, await open(parts, true));
  }

  get clock(): FaultyClock {
    return this.#parts.clock;
  }

  /** Whether nobody can bring it back. */
  get isGone(): boolean {
    return this.#model.isGone;
  }

  get isKilled(): boolean {
    return this.#ttp.isKilled();
  }

  /** What was seen since it was last asked, and must never be. */
  violations(): readonly string[] {
    if (this.#model.isDead && !this.isKilled) this.#wrong.push('alive, though nobody brought it back');
    return this.#wrong.splice(0);
  }

  /** A call with up to three effects; after the first the agent may be killed. */
  async call(killBetween: KillReason | undefined): Promise<string> {
    const effects = 1 + this.#parts.random.int(3);
    let killing: Promise<void> | undefined;
    const outcome = await this.#ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, async (permit) => {
      for (let i = 0; i < effects; i++) {
        permit.enter();
        if (this.#model.isDead) this.#wrong.push('an effect of a killed agent');
        this.effects++;
        await Promise.resolve();
        if (i === 0 && killBetween !== undefined) killing = this.kill(killBetween);
      }
      return 'text';
    });
    await killing;
    return outcome.status === 'done' ? 'done' : outcome.code;
  }

  /** Resolves when it is durable. */
  kill(reason: KillReason): Promise<void> {
    const target: Target = this.#parts.random.chance(0.1) ? '*' : 'agent';
    this.#model.kill(target, reason);
    return this.#ttp.kill(target === '*' ? '*' : this.#ttp.did, { reason }).durable;
  }

  /** Orders to reinstate it, and everybody. Returns whether it was killed and is no more. */
  async reinstate(how: (typeof ORDERS)[number]): Promise<boolean> {
    const was = this.isKilled;
    for (const target of ['agent', '*'] as const) {
      const status = this.#ttp.killStatus(...(target === '*' ? ([target] as const) : []));
      const reason = strictest(status.reasons);
      if (!status.killed || reason === undefined) continue;
      const needed = how === 'too few' ? PEOPLE[reason] - 1 : PEOPLE[reason];
      const people = [how === 'of an outsider' ? mallory : alice, bob].slice(0, Math.max(needed, 0));
      const now = this.clock.now();
      const order = {
        target: target === '*' ? target : asDid(this.#ttp.did),
        epoch: asEpoch(status.epoch + (how === 'stale' ? 1 : 0)),
        reason,
        notAfter: how === 'expired' ? now : now + 60_000,
      };
      try {
        const orders = people.map(({ signer }) => signReinstateOrder(order, signer, now));
        await this.#ttp.reinstate(await Promise.all(orders));
      } catch {
        continue; // refused, and so it has to be unless they are lawful; a wrong clock refuses those as well
      }
      if (how === 'lawful') this.#model.lift(target);
      else this.#wrong.push(`reinstated by orders that are ${how}`);
    }
    return was && !this.isKilled;
  }

  /** The process ends, in order or not, and another begins. */
  async restart(inOrder: boolean): Promise<void> {
    if (inOrder) await this.#ttp.close();
    await this.#storage.close();
    ({ storage: this.#storage, ttp: this.#ttp } = await open(this.#parts, false));
    this.#model.restart();
  }

  /** Ends it for good. Returns whether its whole log verifies offline, and how many entries it has. */
  async retire(): Promise<{ readonly valid: boolean; readonly entries: number }> {
    const { did } = this.#parts.identity;
    const bundle = await this.#ttp.exportBundle();
    const logKey = { origin: did, kid: `${did}#log-1`, publicKey: fromMultikey(this.#ttp.logKey) };
    await this.#ttp.close();
    await this.#storage.close();
    for (const end of ['', '-wal', '-shm']) rmSync(this.#parts.path + end, { force: true });
    return verifyTrace(bundle, { logKeys: [logKey] });
  }
}

interface Opened {
  readonly storage: Storage;
  readonly ttp: Ttp;
}

async function open({ identity, path, clock, random }: Parts, fresh: boolean): Promise<Opened> {
  const storage = sqlite(path);
  const ports = { clock, timer: clock, random };
  const settings = { policy: POLICY, callMap: CALL_MAP, operators };
  return { storage, ttp: await createTtp({ ...settings, identity, storage, fresh, ports }) };
}
