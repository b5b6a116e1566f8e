import type { Json, JsonObject } from '@ttp/core';
import { hashJson, utf8 } from '@ttp/crypto';
import { codeThrownBy, proves, type SeededRandom, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { PINS_MAX } from '../../src/limits.js';
import { inspectTools, type SeenTool } from '../../src/mcp/listing.js';
import { compareTools, decodePins, encodePins, type Pins } from '../../src/mcp/pins.js';

const SERVER = { name: 'server', version: '1' };
const see = (tools: readonly JsonObject[]): readonly SeenTool[] => inspectTools(tools, SERVER);

interface Listing {
  readonly admitted: readonly string[];
  readonly quarantined: Readonly<Record<string, string>>;
}

const codes = (pins: Pins): Record<string, string> =>
  Object.fromEntries(pins.flatMap(({ key, quarantine }) => (quarantine ? [[key, quarantine.code]] : [])));

describe('compareTools', () => {
  it.each(
    vectors<{
      steps: readonly (readonly JsonObject[])[];
      taken?: readonly string[];
      takenLater?: readonly string[];
      expect: readonly Listing[];
    }>('mcp/pins'),
  )('$name', ({ steps, taken = [], takenLater = taken, expect: expected }) => {
    proves('flaw.T1');
    let pins: Pins | undefined;
    const listings = steps.map((tools, n): Listing => {
      const comparison = compareTools(pins, see(tools), new Set(n === 0 ? taken : takenLater));
      pins = comparison.pins;
      return { admitted: comparison.admitted.map(({ key }) => key), quarantined: codes(pins) };
    });
    expect(listings).toEqual(expected);
  });

  it('says of each change once that it is one', () => {
    const first = compareTools(undefined, see([{ name: 'a', description: '1' }]), new Set());
    expect(first.quarantined).toEqual([]);
    const changed = see([{ name: 'a', description: '2' }]);
    const second = compareTools(first.pins, changed, new Set());
    expect(second.quarantined).toEqual([
      {
        key: 'a',
        digest: first.pins[0]?.digest,
        quarantine: { code: 'GATEWAY_TOOL_CHANGED', digest: changed[0]?.digest },
      },
    ]);
    expect(compareTools(second.pins, changed, new Set()).quarantined).toEqual([]);
    const third = compareTools(second.pins, see([{ name: 'a', description: '3' }]), new Set());
    expect(third.quarantined).toHaveLength(1);
  });

  it('remembers no more than it may, and admits nothing that it does not remember', () => {
    let pins: Pins = [];
    for (let n = 0; n <= PINS_MAX / 1000; n++)
      pins = compareTools(pins, see(named(n * 1000, 1000)), new Set()).pins;
    expect(pins).toHaveLength(PINS_MAX);
    const more = compareTools(pins, see([{ name: 'one-more' }]), new Set());
    expect(more).toMatchObject({ admitted: [], quarantined: [] });
    expect(more.pins).toHaveLength(PINS_MAX);
    expect(encodePins(pins).length).toBeLessThan(1_048_576);
  });

  it('admits what a naive model admits', async () => {
    await withSeed('pins', 200, (random) => {
      const pinned = new Map<string, string>();
      const bad = new Set<string>();
      let pins: Pins | undefined;
      for (let step = 0; step < 6; step++) {
        const tools = someTools(random);
        // The model: the first listing is right; whatever differs from it, once, is wrong for ever.
        for (const { name, description } of tools)
          if (pins === undefined) pinned.set(name, description);
          else if (pinned.get(name) !== description) bad.add(name);
        const { admitted, pins: next } = compareTools(pins, see(tools), new Set());
        pins = next;
        const expected = tools.map(({ name }) => name).filter((name) => !bad.has(name));
        expect(admitted.map(({ key }) => key)).toEqual(expected);
      }
    });
  });
});

describe('stored pins', () => {
  it.each(vectors<{ record: Json; expect?: number; code?: string }>('mcp/pin-records'))(
    '$name',
    ({ record, expect: count, code }) => {
      const bytes = utf8(JSON.stringify(record));
      if (code === undefined) expect(decodePins(bytes)).toHaveLength(count ?? -1);
      else expect(codeThrownBy(() => decodePins(bytes))).toBe(code);
    },
  );

  it('are what was stored', () => {
    const pins: Pins = [
      { key: 'a', digest: hashJson('a'), releasedAt: 5 },
      { key: 'b', quarantine: { code: 'GATEWAY_TOOL_ADDED', digest: hashJson('b') } },
    ];
    expect(decodePins(encodePins(pins))).toEqual(pins);
    expect(codeThrownBy(() => decodePins(encodePins(pins).subarray(0, 20)))).toBe('GATEWAY_PINS_UNREADABLE');
  });
});

const named = (from: number, count: number): { name: string }[] =>
  Array.from({ length: count }, (_, n) => ({ name: `t${from + n}` }));

const someTools = (random: SeededRandom): { name: string; description: string }[] =>
  ['a', 'b', 'c', 'd']
    .filter(() => random.chance(0.7))
    .map((name) => ({ name, description: random.chance(0.8) ? 'as ever' : `new ${random.int(3)}` }));
