import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemTimer as timer } from '@ttp/adapters/system';
import { asDid, type Json, type Storage } from '@ttp/core';
import { createKillSwitch } from '@ttp/guard';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli.js';
import { folder, ttp as run, type TestIo, testIo, ttpJson } from '../harness.js';

const dir = folder();
const did = (name: string): string => asDid(`did:ttp:agent:${name}`);
let storage: Storage;
let store: readonly string[];
let authority: readonly string[];

const edge = (parent: string, child: string): Json => ({
  parent: did(parent),
  child: did(child),
  id: child,
});

const reviveFor = (name: string, reason: string) =>
  ttpJson(['reinstate', ...store, '--agent', did(name), ...authority, '--reason', reason]);

/** All that was written so far. */
const written = (io: TestIo): (() => string) => {
  let text = '';
  io.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
};
const watched = () => ['status', ...store, '--agent', did('three'), '--watch'];
const stop = () =>
  run(['kill', ...store, '--agent', did('three'), '--reason', 'anomaly_detected', ...authority]);
const revive = () =>
  run(['reinstate', ...store, '--agent', did('three'), '--reason', 'anomaly_detected', ...authority]);

beforeAll(async () => {
  const { json } = await ttpJson([
    'keygen',
    '--operator',
    'ada',
    '--out',
    dir.at('ada.json'),
    ...['kill:order', 'kill:reinstate'].flatMap((privilege) => ['--privilege', privilege]),
  ]);
  const roster: Json = { operators: [json['operator'] ?? null] };
  dir.write('ops.json', roster);
  dir.write('graph.json', {
    edges: [edge('tool', 'one'), edge('one', 'two'), edge('two', 'tool'), edge('tool', 'three')],
  });
  storage = sqlite(dir.at('ttp.db'));
  const guard = await createKillSwitch({ storage, clock, timer });
  for (const name of ['tool', 'one', 'two', 'three', 'low']) await guard.enrol(asDid(did(name)), true);
  guard.close();
  store = ['--store', dir.at('ttp.db')];
  authority = ['--operators', dir.at('ops.json'), '--operator-key', dir.at('ada.json')];
});
afterAll(async () => {
  await storage.close();
  dir.remove();
});

const status = async (name: string) => (await ttpJson(['status', ...store, '--agent', did(name)])).json;

describe('ttp kill with dependents', () => {
  const given = () => [...store, '--agent', did('tool'), ...authority, '--dependents', dir.at('graph.json')];

  it('says with --dry-run whom it would take along, and stops nobody', async () => {
    proves('flaw.K6');
    const ran = await ttpJson(['kill', ...given(), '--cap', '2', '--dry-run']);
    expect(ran).toMatchObject({
      code: 0,
      json: {
        dryRun: true,
        target: did('tool'),
        cascade: {
          suspends: [
            { agent: did('one'), distance: 1, causes: [did('tool')], via: ['one'] },
            { agent: did('three'), distance: 1 },
          ],
          beyond: 1,
        },
      },
    });
    expect((await run(['kill', ...given(), '--cap', '2', '--dry-run', '--text'])).out).toContain(
      '1 more depend on it',
    );
    for (const name of ['tool', 'one', 'two', 'three']) expect((await status(name))['killed']).toBe(false);
  });

  it('suspends them, each once, and they come back after what they depend on', async () => {
    proves('guard.kill.cascade');
    const ran = await ttpJson(['kill', ...given()]);
    expect(ran).toMatchObject({ code: 0, json: { killed: true, by: 'ada', cascade: { beyond: 0 } } });
    for (const name of ['one', 'two', 'three'])
      expect(await status(name)).toMatchObject({
        killed: true,
        epoch: 1,
        reasons: ['cascade_failure'],
        by: 'ada',
      });
    expect(await reviveFor('two', 'cascade_failure')).toMatchObject({
      code: 1,
      json: { error: { code: 'GUARD_DEPENDENCY_STOPPED' } },
    });
    for (const [name, reason] of [
      ['tool', 'manual_operator_action'],
      ['one', 'cascade_failure'],
      ['two', 'cascade_failure'],
    ] as const)
      expect(await reviveFor(name, reason)).toMatchObject({ code: 0, json: { killed: false } });
  });

  it.each([
    ['no edges', { edges: 'all' }],
    ['an edge without ends', { edges: [{ parent: did('a') }] }],
    ['an id that is no text', { edges: [{ parent: did('a'), child: did('b'), id: 1 }] }],
  ])('refuses a file with %s, and stops nobody', async (_, graph) => {
    dir.write('bad.json', graph);
    const words = ['kill', ...store, '--agent', did('low'), ...authority, '--dependents', dir.at('bad.json')];
    expect(await ttpJson(words)).toMatchObject({ code: 2, json: { error: { code: 'CLI_USAGE' } } });
    expect((await status('low'))['killed']).toBe(false);
  });
});

describe('ttp reinstate after a critical score', () => {
  it('takes an operator who says what the score is now, and that it is high enough', async () => {
    proves('guard.reasons.trust-score');
    const about = [...store, '--agent', did('low'), ...authority, '--reason', 'trust_score_critical'];
    await run(['kill', ...about]);
    for (const score of [[], ['--score', '19']])
      expect(await ttpJson(['reinstate', ...about, ...score])).toMatchObject({
        code: 1,
        json: { error: { code: 'GUARD_NOT_RECOVERED' } },
      });
    expect(await ttpJson(['reinstate', ...about, '--score', '20'])).toMatchObject({
      code: 0,
      json: { killed: false },
    });
  });
});

describe('ttp status --watch', () => {
  it('writes a line with each change where no terminal is, and ends on request', async () => {
    // It was suspended above; what it depends on is alive again.
    const back = ['--agent', did('three'), '--reason', 'cascade_failure'];
    expect((await run(['reinstate', ...store, ...back, ...authority])).code).toBe(0);
    const io = testIo();
    const text = written(io);
    const watching = runCli([...watched(), '--json'], io);
    await expect.poll(() => text().split('\n').length, { timeout: 10_000 }).toBe(2);
    await stop();
    await expect.poll(() => text().split('\n').length, { timeout: 10_000 }).toBe(3);
    io.end();
    expect(await watching).toBe(0);
    const documents = text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents.map(({ killed, epoch }) => [killed, epoch])).toEqual([
      [false, 2],
      [true, 3],
    ]);
    await revive();
  });

  it('writes over itself on a terminal', async () => {
    const io = testIo();
    io.stdout.isTTY = true;
    const text = written(io);
    const watching = runCli(watched(), io);
    await expect.poll(text, { timeout: 10_000 }).toContain('alive');
    await stop();
    await expect.poll(text, { timeout: 10_000 }).toContain('anomaly_detected');
    io.end();
    expect(await watching).toBe(0);
    // Two lines were there: up by two, and cleared from there.
    expect(text().split('\u001b[2A\u001b[0J')).toHaveLength(2);
    await revive();
  });
});
