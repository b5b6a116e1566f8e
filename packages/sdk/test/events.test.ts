import { EVENT_TYPES } from '@ttp/core';
import { canonicalBytes, fromUtf8 } from '@ttp/crypto';
import { bundleEntries, type Leaf, parseLeaf } from '@ttp/etr-merkle/trace';
import { proves, seededRandom, simulatedNetwork } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

/** An entry without its place: the leaf that was hashed. */
const leafOf = ({
  index: _index,
  leafHash: _hash,
  ...leaf
}: Leaf & { index: bigint; leafHash: string }): Leaf => leaf;

it('is one event for listeners, for the leaves of the log and for topics, and holds no payload', async () => {
  proves('core.events.model');
  const r = await rig();
  const bus = simulatedNetwork(seededRandom('topics'), { clock: r.clock });
  const [here, there] = [bus.join('enforcement point'), bus.join('listener')];
  const heard: Leaf[] = [];
  for (const type of EVENT_TYPES) there.subscribe(type, (bytes) => void heard.push(parseLeaf(bytes)));

  await r.read('data/a', 'the result');
  await r.read('etc/passwd');
  r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
  await r.ttp.close();
  for (const entry of r.entries) await here.publish(entry.type, canonicalBytes({ ...leafOf(entry) }));
  await r.clock.advance(1000);

  const again = await r.restart();
  const leaves = bundleEntries(await again.ttp.exportBundle()).slice(0, r.entries.length);
  const inOrder = heard.toSorted((a, b) => a.agentSeq - b.agentSeq);
  expect(r.entries.length).toBeGreaterThan(8);
  expect(inOrder).toEqual(r.entries.map(leafOf));
  expect(leaves).toEqual(r.entries);
  for (const leaf of inOrder) {
    expect(Object.keys(leaf)).toEqual(expect.arrayContaining(['type', 'at', 'trace', 'subject', 'data']));
    expect(fromUtf8(canonicalBytes(leaf.data))).not.toMatch(/data\/a|the result|passwd/);
  }
});
