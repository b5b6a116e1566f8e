import { memory } from '@ttp/adapters/memory';
import type { Did, Storage } from '@ttp/core';
import { type FakeClock, fakeClock, seededRandom, type TestSigner, testSigner } from '@ttp/testkit';
import {
  createKillPropagation,
  createKillSwitch,
  type KillChannel,
  type KillEvent,
  type KillPropagationOptions,
  type KillSwitch,
  localKillChannel,
  type ReceiveKill,
} from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { ROSTER } from './harness.js';

/** An enforcement point of several: its switch, its key and what it told. */
export interface Point {
  readonly signer: TestSigner;
  readonly kill: KillSwitch;
  readonly storage: Storage;
  readonly events: KillEvent[];
}

/** Keys of enforcement points, apart from those of operators. */
export const pointSigner = (n: number): TestSigner => testSigner(100 + n);

/** A point that tells `others`, with {@link AGENT} enrolled. */
export async function point(
  signer: TestSigner,
  others: readonly TestSigner[],
  channel: KillChannel,
  {
    clock = fakeClock(),
    storage = memory(),
    ...options
  }: Partial<KillPropagationOptions> & {
    readonly clock?: FakeClock;
    readonly storage?: Storage;
  } = {},
): Promise<Point> {
  const events: KillEvent[] = [];
  const propagation = createKillPropagation({
    signer,
    points: others,
    channel,
    clock,
    timer: clock,
    random: seededRandom(signer.kid),
    ...options,
  });
  const kill = await createKillSwitch({
    storage,
    clock,
    timer: clock,
    operators: ROSTER,
    propagation,
    emit: (event) => void events.push(event),
  });
  await kill.enrol(AGENT, true);
  return { signer, kill, storage, events };
}

/** `count` points of one process, each with a storage of its own, that tell each other. */
export async function points(
  count: number,
  clock: FakeClock = fakeClock(),
  wrap: (channel: KillChannel) => KillChannel = (channel) => channel,
  options: Partial<KillPropagationOptions> = {},
): Promise<readonly Point[]> {
  const receivers = new Map<Did, ReceiveKill>();
  const channel = wrap(localKillChannel(receivers));
  const signers = Array.from({ length: count }, (_, n) => pointSigner(n));
  const all = await Promise.all(
    signers.map((signer) =>
      point(
        signer,
        signers.filter((other) => other !== signer),
        channel,
        { ...options, clock },
      ),
    ),
  );
  for (const { signer, kill } of all) receivers.set(signer.did, (notice) => kill.receive(notice));
  return all;
}
