import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import type { Storage } from '@ttp/core';
import { createIdentity, type Identity } from '@ttp/did';
import { bundleEntries, type Entry } from '@ttp/etr-merkle/trace';
import { createTtp, type Ttp } from '@ttp/sdk';
import { proves } from '@ttp/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CALL_MAP, POLICY } from './rig.js';

let folder: string;
const closing: { close(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttp-sdk-'));
});
afterEach(async () => {
  for (const one of closing.splice(0).toReversed()) await one.close().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

async function open(
  identity: Identity,
  fresh: boolean,
  onEvent: (entry: Entry) => void = () => undefined,
): Promise<{ ttp: Ttp; storage: Storage }> {
  const storage = sqlite(join(folder, 'ttp.db'));
  closing.push(storage);
  const ttp = await createTtp({ identity, policy: POLICY, callMap: CALL_MAP, storage, fresh, onEvent });
  closing.push(ttp);
  return { ttp, storage };
}

const agent = () => createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
const read = (ttp: Ttp, path: string, perform: () => Promise<string> = async () => 'x') =>
  ttp.a2t({ tool: 'read_file', input: { path } }, perform);

describe('on a SQLite file', () => {
  it('keeps a kill over a restart, and obeys one by another process on the same file', async () => {
    const identity = await agent();
    const heard = Promise.withResolvers<void>();
    const first = await open(identity, true, ({ type }) => {
      if (type === 'agent-killed') heard.resolve();
    });
    expect((await read(first.ttp, 'data/a')).status).toBe('done');
    const second = await open(identity, false);
    await second.ttp.kill(identity.did, { reason: 'manual_operator_action' }).durable;
    await heard.promise;
    expect(await read(first.ttp, 'data/b')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    await first.ttp.close();
    await second.ttp.close();
    const third = await open(identity, false);
    expect(third.ttp.isKilled()).toBe(true);
  });

  it('marks what a crash left open as an unknown outcome', async () => {
    proves('flaw.E9', 'law.E-5');
    const identity = await agent();
    const { ttp, storage } = await open(identity, true);
    const started = Promise.withResolvers<void>();
    void read(ttp, 'data/a', () => {
      started.resolve();
      return new Promise(() => undefined);
    });
    await started.promise;
    // The process is gone: nothing is closed in order, only the file is let go.
    await storage.close();
    const again = await open(identity, false);
    const entries = bundleEntries(await again.ttp.exportBundle());
    const subjectOf = (type: string) => entries.find((entry) => entry.type === type)?.subject;
    expect(subjectOf('intent-recorded')).toBeDefined();
    expect(subjectOf('effect-finished')).toBeUndefined();
    expect(subjectOf('outcome-unknown')).toBe(subjectOf('intent-recorded'));
  });
});
