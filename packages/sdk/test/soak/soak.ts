import { seededRandom } from '@ttp/testkit';
import { REASONS } from './model.js';
import { ORDERS, Subject } from './subject.js';

/** What came of a soak. */
export interface Soaked {
  readonly violations: readonly string[];
  /** Logs that were exported and verified offline, and the entries in them; `invalid` of them did not verify. */
  readonly logs: { readonly verified: number; readonly invalid: number; readonly entries: number };
  /** How often each thing happened. */
  readonly counts: Readonly<Record<string, number>>;
}

const YEAR = 365 * 24 * 3_600_000;
/** Steps after which an agent makes room for a new one: what a log keeps in memory grows with its entries. */
const LIFE_STEPS = 60;

/**
 * Agents that call tools while they are killed, reinstated, restarted and lied to by their clocks.
 *
 * @param agents how many there are at a time
 * @param more asked after every step, with how many there were
 */
export async function soak(
  folder: string,
  {
    agents,
    seed,
    more,
  }: { readonly agents: number; readonly seed: string; readonly more: (steps: number) => boolean },
): Promise<Soaked> {
  const random = seededRandom(seed);
  const violations: string[] = [];
  const counts: Record<string, number> = {};
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
  const logs = { verified: 0, invalid: 0, entries: 0 };
  let born = 0;
  const create = (): Promise<Subject> => Subject.create(folder, String(born++), random);
  const slots: { subject: Subject; age: number }[] = [];
  while (slots.length < agents) slots.push({ subject: await create(), age: random.int(LIFE_STEPS) });

  async function retire(subject: Subject): Promise<void> {
    const { valid, entries } = await subject.retire();
    if (valid) logs.verified++;
    else logs.invalid++;
    logs.entries += entries;
    counts['effects'] = (counts['effects'] ?? 0) + subject.effects;
  }

  for (let steps = 0; more(steps); steps++) {
    const slot = random.pick(slots);
    const { subject } = slot;
    await step(subject);
    violations.push(...subject.violations());
    if (++slot.age <= LIFE_STEPS) continue;
    subject.clock.stick(false);
    await retire(subject);
    Object.assign(slot, { subject: await create(), age: 0 });
  }
  for (const { subject } of slots) await retire(subject);
  return { violations, logs, counts };

  async function step(subject: Subject): Promise<void> {
    const { clock } = subject;
    const die = random.int(100);
    if (die < 50) count(`call ${await subject.call(random.chance(0.1) ? random.pick(REASONS) : undefined)}`);
    else if (die < 56) {
      await subject.kill(random.pick(REASONS));
      count('kill');
    } else if (die < 70) {
      const how = random.pick(ORDERS);
      count(`${(await subject.reinstate(how)) ? 'reinstated' : 'not reinstated'} by orders: ${how}`);
    } else if (die < 76) {
      const inOrder = random.chance(0.5);
      await subject.restart(inOrder);
      count(inOrder ? 'restart' : 'crash');
    } else if (die < 84) {
      const fault = random.pick([
        'year ahead',
        'year back and on',
        'stuck',
        'going',
        'leap ahead',
        'leap back',
      ] as const);
      count(`clock: ${fault}`);
      if (fault === 'year ahead') clock.jump(YEAR);
      if (fault === 'year back and on') {
        clock.jump(-YEAR);
        count(`call ${await subject.call(undefined)}`);
        clock.jump(YEAR);
      }
      if (fault === 'stuck' || fault === 'going') clock.stick(fault === 'stuck');
      if (fault === 'leap ahead') clock.leap(YEAR);
      if (fault === 'leap back') clock.leap(-YEAR);
    } else {
      clock.pass(random.pick([1, 100, 250, 1000, 60_000]));
      await new Promise((resolve) => setImmediate(resolve)); // what was due reads the store
    }
  }
}
