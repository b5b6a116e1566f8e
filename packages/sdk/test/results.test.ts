import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

const call = { tool: 'read_file', input: { path: 'data/a' } };

async function* chunks() {
  yield new TextEncoder().encode('secret');
}

describe('a result', () => {
  it.each([
    ['an async iterable', () => chunks()],
    ['an object with an async iterator', () => ({ [Symbol.asyncIterator]: chunks })],
    ['a readable stream', () => new ReadableStream()],
    ['what is read like one', () => ({ getReader: () => undefined })],
  ])('that is %s is withheld, in every profile, and its source is told to stop', async (_, value) => {
    const r = await rig();
    const expected = { status: 'withheld', code: 'SDK_STREAM_RESULT' };
    let signal: AbortSignal | undefined;
    const outcome = await r.ttp.a2t(call, async (permit) => {
      ({ signal } = permit);
      return value();
    });
    expect(outcome).toMatchObject(expected);
    expect(outcome).not.toHaveProperty('value');
    expect(signal?.aborted).toBe(true);
    expect(await r.ttp.run(...scene(r, { perform: async () => value() as never }))).toMatchObject(expected);
  });

  it.each([
    ['a map', new Map()],
    ['a date', new Date(0)],
    ['bytes', new Uint8Array(1)],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['NaN', NaN],
    ['an iterator', [1].values()],
  ])('that is %s is no JSON, and withheld', async (_, value) => {
    const r = await rig();
    expect(await r.ttp.a2t(call, async () => value)).toMatchObject({
      status: 'withheld',
      code: 'GUARD_NOT_JSON',
    });
  });

  it('that is nothing is done, with nothing', async () => {
    const r = await rig();
    const outcome = await r.ttp.a2t(call, async () => undefined);
    expect(outcome).toMatchObject({ status: 'done', value: undefined });
  });

  it('that throws when it is looked at is on record all the same', async () => {
    const r = await rig();
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new RangeError('planted');
        },
      },
    );
    expect(await r.ttp.a2t(call, async () => trap)).toMatchObject({ status: 'withheld' });
    const outcome = await r.ttp.run(...scene(r, { perform: async () => trap }));
    expect(outcome.status).toBe('done');
    expect(outcome).not.toHaveProperty('auditFault');
    expect(r.entries.at(-1)?.data).toEqual({ status: 'done' });
  });

  it('that a tool keeps writing to is the copy that was scanned', async () => {
    const r = await rig();
    const mine = { text: 'harmless' };
    const outcome = await r.ttp.a2t(call, async () => mine);
    mine.text = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('');
    expect(outcome).toMatchObject({ status: 'done', value: { text: 'harmless' } });
  });
});
