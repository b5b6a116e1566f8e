import type { Json, JsonObject } from '@ttp/core';
import { type SeededRandom, withSeed } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { closeServers, serverRig } from './rig.js';

afterEach(closeServers);

const TEXTS = [
  '',
  'x',
  '../..',
  'file:data/a',
  'did:key:z6Mk',
  'mcp:*/**',
  '\u202e\u0000',
  '[]',
  '{"a":',
  '%2e',
];

function anything(random: SeededRandom, depth: number): Json {
  const kind = random.int(depth > 0 ? 7 : 5);
  if (kind < 2) return random.pick(TEXTS);
  if (kind === 2) return random.pick([0, -1, 1.5, 7, Number.MAX_SAFE_INTEGER, 1e300]);
  if (kind === 3) return random.chance(0.5);
  if (kind === 4) return null;
  if (kind === 5) return Array.from({ length: random.int(3) }, () => anything(random, depth - 1));
  return Object.fromEntries([[random.pick(TEXTS), anything(random, depth - 1)]]);
}

const propertiesOf = (schema: Json | undefined): readonly string[] =>
  typeof schema === 'object' && schema !== null && !Array.isArray(schema) ? Object.keys(schema) : [];

it('whatever it is asked, it answers by its schema or refuses with a code, and changes nothing', async () => {
  const r = await serverRig();
  const { tools } = await r.client.listTools();
  const refused = new Set<unknown>();
  await withSeed('what a hostile client asks', 120, async (random) => {
    const { name, inputSchema } = random.pick(tools);
    const schema: JsonObject = JSON.parse(JSON.stringify(inputSchema));
    const args: Record<string, Json> = {};
    for (const member of propertiesOf(schema['properties']))
      if (random.chance(0.6)) args[member] = anything(random, 2);
    if (random.chance(0.1)) args[random.pick(TEXTS)] = anything(random, 1);
    const { isError, meta, text } = await r.ask(name, args);
    if (isError) refused.add(meta['ttp/code']);
    expect(text).not.toContain('\u202e');
  });
  expect(refused).not.toContain('GATEWAY_SERVER_FAILED');
  expect(r.faults).toEqual([]);
  expect(r.ttp.isKilled()).toBe(false);
  expect(await r.ttp.oversight?.pending()).toEqual([]);
  expect(r.entries.map(({ type }) => type)).not.toContain('intent-recorded');
});
