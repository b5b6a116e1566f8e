import { memory } from '@ttp/adapters/memory';
import {
  asBasisPoints,
  asDid,
  asEpoch,
  asTraceId,
  type Decision,
  type Did,
  HANDLER_ORDER,
  type Hold,
  type Interaction,
  type Json,
  type JsonObject,
  type Operator,
  type Operators,
  type Recorder,
  type Signer,
  type Storage,
  type TtpEvent,
} from '@ttp/core';
import { createSigner, hashJson, IDENTITY_PURPOSES, keyPairOf } from '@ttp/crypto';
import { didKey } from '@ttp/did';
import { type FakeClock, fakeClock, seededRandom } from '@ttp/testkit';
import {
  type Conditions,
  createOversight,
  type Oversight,
  type Review,
  type ReviewVerdict,
  signReview,
} from '../src/index.js';

const AGENT: Did = asDid('did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG');
export const OTHER: Did = asDid('did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy');
export const START = 1_700_000_000_000;

/** An operator with a key from a small seed. */
export interface Person {
  readonly entry: Operator;
  readonly signer: Signer;
}

export function person(seed: number, parts: Partial<Operator> = {}): Person {
  const bytes = new Uint8Array(32).fill(seed);
  const { publicKey } = keyPairOf(bytes);
  const did = didKey(publicKey);
  const kid = parts.kid ?? `${did}#${did.slice('did:key:'.length)}`;
  const entry: Operator = {
    id: `operator-${seed}`,
    publicKey,
    human: `human-${seed}`,
    level: 1,
    privileges: ['review:basic'],
    ...parts,
    kid,
  };
  return { entry, signer: createSigner({ seed: bytes, kid, purposes: IDENTITY_PURPOSES }) };
}

export const alice: Person = person(1);
export const bob: Person = person(2);
/** A second account of the human behind alice. */
export const alice2: Person = person(3, { human: 'human-1' });
export const senior: Person = person(4, { level: 2, privileges: ['review:senior'] });
export const chief: Person = person(5, { level: 3, privileges: ['review:final'] });
/** May kill and manage, and not review. */
export const stranger: Person = person(6, { level: 3, privileges: ['kill:order', 'operator:manage'] });
/** Somebody whose key is not on the roster. */
export const nobody: Person = person(7);
const EVERYBODY = [alice, bob, alice2, senior, chief, stranger];

export const roster = (people: readonly Person[] = EVERYBODY): Operators => ({
  byKid: async (kid) => people.find(({ entry }) => entry.kid === kid)?.entry,
});

/** What a test asks for; everything else is the same in all calls. */
export interface Ask {
  readonly agent?: Did;
  readonly action?: string;
  readonly target?: string;
  readonly resource?: string;
  readonly input?: Json;
  readonly claims?: JsonObject;
  readonly policy?: string;
  readonly epoch?: number;
  readonly from?: string;
  readonly params?: JsonObject;
  readonly signal?: AbortSignal;
}

export interface Rig {
  readonly oversight: Oversight;
  readonly clock: FakeClock;
  readonly storage: Storage;
  readonly events: TtpEvent[];
  /** One call up to its effect. */
  ask(ask?: Ask): Promise<Hold>;
}

export interface RigOptions {
  readonly storage?: Storage;
  readonly clock?: FakeClock;
  readonly operators?: Operators;
  readonly owners?: (agent: Did) => readonly string[];
  readonly waitMs?: number;
  /** Called for every event before it counts as recorded. */
  readonly onRecord?: (event: TtpEvent) => void;
  readonly seed?: number | string;
}

let opened = 0;

/** One enforcement point. Two of them on one storage are two processes. */
export function rig(options: RigOptions = {}): Rig {
  const { storage = memory(), clock = fakeClock(START), operators = roster(), onRecord } = options;
  const events: TtpEvent[] = [];
  const recorder: Recorder = {
    async record(batch) {
      for (const event of batch) {
        onRecord?.(event);
        events.push(event);
      }
      return batch.map((_, i) => BigInt(i));
    },
  };
  const oversight = createOversight({
    storage,
    clock,
    timer: clock,
    random: seededRandom(options.seed ?? `rig ${opened++}`),
    operators,
    recorder,
    ...(options.owners === undefined ? {} : { owners: options.owners }),
    ...(options.waitMs === undefined ? {} : { waitMs: options.waitMs }),
  });
  const { hold } = oversight.handler();
  return {
    oversight,
    clock,
    storage,
    events,
    async ask({ from = 'rule:payments', params = {}, signal, ...rest } = {}) {
      if (hold === undefined) throw new Error(`the handler at ${HANDLER_ORDER.approval} holds nothing`);
      const obligation = { kind: 'approval', from, params };
      const quiet = new AbortController().signal;
      return hold(obligation, interactionOf(rest), decisionOf(rest), signal ?? quiet);
    },
  };
}

export const interactionOf = ({ agent, action, target, resource, input, claims }: Ask = {}): Interaction => ({
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  mode: 'a2t',
  trace: asTraceId('0af7651916cd43dd8448eb211c80319c'),
  agent: agent ?? AGENT,
  target: target ?? 'bank',
  action: action ?? 'transfer',
  resource: resource ?? 'accounts/7',
  input: input ?? { amount: 100, to: 'bob' },
  claims: claims ?? {},
  at: START,
});

export const decisionOf = ({ policy = 'v1', epoch = 0 }: Ask = {}): Decision => ({
  v: 1,
  outcome: 'allow',
  effect: 'allow_with_approval',
  obligations: [],
  risk: { score: asBasisPoints(2000), level: 'low' },
  confidence: asBasisPoints(10_000),
  humanOverridable: true,
  factors: [],
  reasons: [],
  inputs: {
    interaction: hashJson('interaction'),
    evidence: hashJson('evidence'),
    policy: hashJson(policy),
    thresholds: hashJson('thresholds'),
  },
  epoch: asEpoch(epoch),
  at: START,
});

/** How somebody decides, where it is not a plain approval. */
export interface Choice {
  readonly verdict?: ReviewVerdict;
  readonly conditions?: Conditions;
  /** Defaults to the first decision where there is one. */
  readonly seconds?: Parameters<typeof signReview>[0]['seconds'] | 'nobody';
  readonly reason?: string;
  /** Defaults to the oldest that is pending. */
  readonly review?: Review;
}

export async function decide({ oversight, clock }: Rig, who: Person, choice: Choice = {}): Promise<Review> {
  const [oldest] = await oversight.pending();
  const review = choice.review ?? oldest;
  if (review === undefined) throw new Error('nothing is pending');
  const first = review.state.at === 'seconding' ? review.state.first.id : undefined;
  const seconds = choice.seconds === 'nobody' ? undefined : (choice.seconds ?? first);
  const verdict = choice.verdict ?? (choice.conditions === undefined ? 'approve' : 'modify');
  return oversight.submit(
    await signReview({
      review,
      verdict,
      reason: choice.reason ?? 'looked at it',
      signer: who.signer,
      now: clock.now(),
      ...(choice.conditions === undefined ? {} : { conditions: choice.conditions }),
      ...(seconds === undefined || verdict === 'deny' ? {} : { seconds }),
    }),
  );
}

/** A storage whose store is wrapped. */
export const withStore = (storage: Storage, store: Partial<Storage['store']>): Storage => ({
  store: { ...storage.store, ...store },
  log: (name) => storage.log(name),
  shared: storage.shared,
  close: () => storage.close(),
});
