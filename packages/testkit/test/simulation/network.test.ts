import { describe, expect, it } from 'vitest';
import { bytesOf, textOf } from '../../src/contract/bytes.js';
import {
  CALM,
  codeThrownBy,
  drawLinkQuality,
  fakeClock,
  faultCounter,
  type LinkQuality,
  NETWORK_FAULTS,
  runTrace,
  type SeededRandom,
  type SimulatedNetworkOptions,
  seededRandom,
  simulatedNetwork,
  withSeed,
} from '../../src/index.js';

/** Three parties that note what reaches them on topic `t`. */
function three(random: SeededRandom, options: Omit<SimulatedNetworkOptions, 'clock'> = {}) {
  const clock = fakeClock(0);
  const network = simulatedNetwork(random, { clock, ...options });
  const seen: string[] = [];
  const [a, b, c] = [network.join('a'), network.join('b'), network.join('c')];
  for (const [name, end] of Object.entries({ a, b, c }))
    end.subscribe('t', (bytes, from) => void seen.push(`${from}>${name} ${textOf(bytes)}`));
  return { clock, network, seen, a, b, c };
}

const of = (part: Partial<LinkQuality>): { quality: LinkQuality } => ({ quality: { ...CALM, ...part } });

/** `n` messages from a, and what b saw of them. */
async function burst(random: SeededRandom, n: number, part: Partial<LinkQuality>) {
  const net = three(random, of(part));
  for (let i = 0; i < n; i++) await net.a.publish('t', bytesOf(String(i)));
  await net.clock.advance(60_000);
  const atB = net.seen.filter((line) => line.startsWith('a>b')).map((line) => Number(line.slice(4)));
  return { ...net, atB };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** What happens on a bad network where one party repeats what it hears. */
const traceOf = async (seed: number): Promise<string> => {
  const random = seededRandom(seed);
  const trace = runTrace();
  const { clock, a, b } = three(random, { quality: { ...drawLinkQuality(random), drop: 0.2 }, trace });
  b.subscribe('t', (bytes) => void b.publish('t', bytes).catch(() => {}));
  for (let i = 0; i < 5; i++) await a.publish('t', bytesOf(String(i)));
  await clock.advance(3000);
  return trace.hash();
};

describe('simulatedNetwork', () => {
  it('carries a message to everybody else on its topic, and only when time goes by', async () => {
    const { clock, seen, a } = three(seededRandom(1));
    await a.publish('t', bytesOf('x'));
    await a.publish('another topic', bytesOf('y'));
    expect(seen).toEqual([]);
    await clock.advance(CALM.maxMs);
    expect(seen.sort()).toEqual(['a>b x', 'a>c x']);
  });

  it('keeps each link in order and loses nothing when it is calm', async () => {
    await withSeed('network: calm order', 20, async (random) => {
      const { atB, network } = await burst(random, 50, {});
      expect(atB).toEqual(upTo(50));
      expect(network.counter.missing()).toEqual([...NETWORK_FAULTS]);
    });
  });

  it('stops at once for a subscription that was disposed of, also while a message is handed out', async () => {
    const { clock, network, seen, b, c } = three(seededRandom(1));
    const d = network.join('d');
    const disposals = [
      d.subscribe('t', () => disposals[1]?.()),
      d.subscribe('t', () => void seen.push('disposed')),
    ];
    c.subscribe('t', () => void c.subscribe('t', () => {}));
    await b.publish('t', bytesOf('x'));
    await clock.advance(100);
    expect(seen.sort()).toEqual(['b>a x', 'b>c x']);
  });

  it('hands out copies: nobody changes what others receive', async () => {
    const { clock, seen, a, b } = three(seededRandom(2));
    b.subscribe('t', (bytes) => void bytes.fill(0));
    b.subscribe('t', (bytes) => void seen.push(`again ${textOf(bytes)}`));
    const given = bytesOf('x');
    const published = a.publish('t', given);
    given.fill(0);
    await published;
    await clock.advance(100);
    expect(seen.sort()).toEqual(['a>b x', 'a>c x', 'again x']);
  });

  it('drops messages', async () => {
    const { atB, network } = await burst(seededRandom(3), 200, { drop: 0.5 });
    expect(atB.length).toBeGreaterThan(50);
    expect(atB.length).toBeLessThan(150);
    expect(atB).toEqual([...atB].sort((x, y) => x - y));
    expect(network.counter.count('drop')).toBeGreaterThan(50);
    expect((await burst(seededRandom(3), 20, { drop: 1 })).atB).toEqual([]);
  });

  it('duplicates messages', async () => {
    const { atB, network } = await burst(seededRandom(4), 100, { duplicate: 0.3 });
    expect(new Set(atB)).toEqual(new Set(upTo(100)));
    expect(atB.length).toBeGreaterThan(110);
    expect(network.counter.count('duplicate')).toBeGreaterThan(20);
    const one = await burst(seededRandom(4), 1, { duplicate: 1 });
    expect(one.atB).toEqual([0, 0]);
    expect(one.network.counter.count('reorder')).toBe(0);
  });

  it('delays messages without changing their order', async () => {
    const net = three(seededRandom(5), of({ delay: 1, lateMs: 5000 }));
    for (let i = 0; i < 20; i++) await net.a.publish('t', bytesOf(String(i)));
    await net.clock.advance(CALM.maxMs);
    expect(net.seen.length).toBeLessThan(20);
    await net.clock.advance(60_000);
    expect(net.seen.filter((line) => line.startsWith('a>b'))).toEqual(upTo(20).map((i) => `a>b ${i}`));
    expect(net.network.counter.count('delay')).toBe(40);
  });

  it('reorders messages without losing any, and counts those that were overtaken', async () => {
    const { atB, network } = await burst(seededRandom(6), 100, { reorder: 0.2 });
    expect([...atB].sort((x, y) => x - y)).toEqual(upTo(100));
    expect(atB).not.toEqual(upTo(100));
    const overtaken = atB.filter((n, i) => atB.slice(0, i).some((earlier) => earlier > n)).length;
    expect(overtaken).toBeGreaterThan(0);
    expect(network.counter.count('reorder')).toBeGreaterThanOrEqual(overtaken);
  });

  it('cuts groups apart, with all unnamed parties in one, until it heals', async () => {
    const { clock, network, seen, a, b } = three(seededRandom(7));
    network.partition(['a']);
    await a.publish('t', bytesOf('lost'));
    await b.publish('t', bytesOf('near'));
    await clock.advance(100);
    expect(seen).toEqual(['b>c near']);
    expect(network.counter.count('partition')).toBe(3);
    await a.publish('t', bytesOf('sent into the cut'));
    network.heal();
    await a.publish('t', bytesOf('healed'));
    await clock.advance(100);
    expect(seen.slice(1).sort()).toEqual(['a>b healed', 'a>c healed']);
  });

  it('loses what was on its way when the cut came', async () => {
    const { clock, network, seen, a } = three(seededRandom(8));
    await a.publish('t', bytesOf('x'));
    network.partition(['a', 'b'], ['c']);
    await clock.advance(100);
    expect(seen).toEqual(['a>b x']);
  });

  it('becomes calm for the part of a run that tests liveness', async () => {
    const { clock, network, seen, a } = three(seededRandom(9), of({ drop: 1 }));
    await a.publish('t', bytesOf('lost'));
    network.setQuality(CALM);
    await a.publish('t', bytesOf('kept'));
    await clock.advance(100);
    expect(seen.sort()).toEqual(['a>b kept', 'a>c kept']);
  });

  it('refuses what is no link quality, and a second party of the same name', () => {
    const { network } = three(seededRandom(1));
    for (const part of [
      { drop: 1.1 },
      { delay: -0.1 },
      { reorder: Number.NaN },
      { minMs: 11 },
      { lateMs: 0.5 },
    ])
      expect(codeThrownBy(() => network.setQuality({ ...CALM, ...part }))).toBe('TESTKIT_BAD_ARGUMENT');
    expect(codeThrownBy(() => network.join('a'))).toBe('TESTKIT_BAD_ARGUMENT');
  });
});

describe('drawLinkQuality', () => {
  it('draws each fault often, rarely and not at all over the seeds, and never one that is refused', async () => {
    const drawn = { drop: new Set(), delay: new Set(), reorder: new Set(), duplicate: new Set() };
    const counter = faultCounter(NETWORK_FAULTS);
    await withSeed('network: swarm', 60, async (random) => {
      const quality = drawLinkQuality(random);
      const { drop, delay, reorder, duplicate } = quality;
      drawn.drop.add(drop);
      drawn.delay.add(delay);
      drawn.reorder.add(reorder);
      drawn.duplicate.add(duplicate);
      const { clock, network, a } = three(random, { quality, counter });
      for (let i = 0; i < 20; i++) await a.publish('t', bytesOf('x'));
      network.partition(['b']);
      await clock.advance(5000);
    });
    for (const rates of Object.values(drawn)) expect(rates).toEqual(new Set([0, 0.01, 0.1, 0.3]));
    expect(counter.missing()).toEqual([]);
  });
});

describe('determinism', () => {
  it('gives the same trace for the same seed in 100 seeds, and another for another', async () => {
    const hashes = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const first = await traceOf(seed);
      expect(await traceOf(seed)).toBe(first);
      hashes.add(first);
    }
    expect(hashes.size).toBe(100);
  });
});
