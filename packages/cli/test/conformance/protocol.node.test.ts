import { PassThrough } from 'node:stream';
import type { Json } from '@ttp/core';
import { parseJson, utf8 } from '@ttp/crypto';
import { type SeededRandom, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/conformance/operations.js';
import { answer, serve } from '../../src/conformance/protocol.js';
import { CONFORMANCE_LINE_MAX_BYTES } from '../../src/limits.js';
import { ttp } from '../harness.js';

const OPERATIONS = operations();

const answerTo = async (line: string | Uint8Array): Promise<Json> =>
  parseJson(await answer(typeof line === 'string' ? utf8(line) : line, OPERATIONS), { profile: 'foreign' });

const LINES = vectors<{ line: string; expect: Json }>('protocol').filter(({ file }) => file === 'lines.json');
const REQUESTS = vectors<{ request: object; expect?: Json; code?: string }>('protocol').filter(
  ({ file }) => file === 'operations.json',
);

describe('the protocol', () => {
  it.each(LINES)('$name', async ({ line, expect: expected }) => {
    expect(await answerTo(line)).toEqual(expected);
  });

  it.each(REQUESTS)('$name', async ({ request, expect: expected, code }) => {
    const answered = await answerTo(JSON.stringify({ id: 'x', ...request }));
    if (code === undefined) expect(answered).toMatchObject({ id: 'x', result: expected });
    else expect(answered).toEqual({ id: 'x', error: { code } });
  });

  it('answers in canonical form, so that answers can be compared as text', async () => {
    const line = await answer(
      utf8('{"op":"json.parse","text":"{\\"b\\":1.0,\\"a\\":[]}","id":1}'),
      OPERATIONS,
    );
    expect(line).toBe('{"id":1,"result":{"value":{"a":[],"b":1}}}');
  });

  it.each([
    [64, (text: string) => `{"id":1,"result":{"value":${text}}}`],
    [65, () => '{"error":{"code":"CRYPTO_JSON_DEPTH"},"id":1}'],
  ])('answers with JSON of others as deep as it may be, which %i is or is not', async (depth, expected) => {
    const text = '['.repeat(depth) + ']'.repeat(depth);
    const request = { id: 1, op: 'json.parse', profile: 'foreign', text };
    expect(await answer(utf8(JSON.stringify(request)), OPERATIONS)).toBe(expected(text));
  });

  it('refuses bytes that are no UTF-8, a byte order mark, and lines that are too long', async () => {
    const bad = { id: null, error: { code: 'CONFORMANCE_BAD_REQUEST' } };
    expect(await answerTo(Uint8Array.of(0x22, 0xff, 0x22))).toEqual(bad);
    expect(await answerTo('\ufeff{"op":"sha256","data":""}')).toEqual(bad);
    expect(parseJson(await answer(undefined, OPERATIONS))).toEqual(bad);
  });

  it.each([
    ['an id twice', '{"id":1,"id":2,"op":"sha256","data":""}', null],
    ['an id twice, once escaped', '{"id":1,"\\u0069d":2,"op":"sha256","data":""}', null],
    ['an id that would be rounded', '{"id":9007199254740993,"op":"sha256","data":""}', null],
    ['an op twice', '{"id":1,"op":"x","op":"sha256","data":""}', 1],
    ['a key twice further down', '{"id":1,"op":"spl.evaluate","request":{"action":"a","action":"b"}}', 1],
    ['a key twice, and a lone surrogate', '{"id":1,"note":"\\ud800","op":"sha256","op":"x"}', 1],
    ['a number that is not finite', '{"id":1,"op":"sha256","data":"","n":1e999}', 1],
  ])('takes no line with %s: readers would differ', async (_, line, id) => {
    expect(await answerTo(line)).toEqual({ id, error: { code: 'CONFORMANCE_BAD_REQUEST' } });
  });

  it('says that an operation is broken, and nothing of how', async () => {
    const broken = new Map([['broken', () => Promise.reject(new Error('a secret'))]]);
    expect(await answer(utf8('{"id":1,"op":"broken"}'), broken)).toBe(
      '{"error":{"code":"CONFORMANCE_FAILED"},"id":1}',
    );
  });

  it('does not end on what nests deep', async () => {
    const deep = `{"id":${'['.repeat(50_000)}${']'.repeat(50_000)},"op":"sha256","data":""}`;
    expect(['CONFORMANCE_BAD_REQUEST', undefined]).toContain(
      /"code":"(\w+)"/.exec(await answer(utf8(deep), OPERATIONS))?.[1],
    );
    expect(await answerTo(JSON.stringify({ op: 'json.parse', text: '['.repeat(100_000) }))).toMatchObject({
      error: { code: 'CRYPTO_JSON_DEPTH' },
    });
  });
});

async function served(input: string | Uint8Array): Promise<string[]> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const chunks: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
  stdin.end(input);
  await serve(stdin, stdout, OPERATIONS);
  return Buffer.concat(chunks).toString().split('\n').slice(0, -1);
}

describe('serving', () => {
  it('answers line for line, in order, with or without a last newline', async () => {
    const lines = Array.from({ length: 50 }, (_, id) =>
      // Some take their time, others are refused at once.
      id % 3 === 0
        ? `{"id":${id},"op":"pbkdf2","password":"","salt":"","iterations":2000,"dkLen":32}`
        : id % 3 === 1
          ? `{"id":${id}}`
          : `{"id":${id},"op":"sha256","data":""}`,
    );
    const ids = (await served(lines.join('\n'))).map((line) => JSON.parse(line).id);
    expect(ids).toEqual(lines.map((_, id) => id));
    expect(await served('')).toEqual([]);
    expect(await served('\n')).toHaveLength(1);
  });

  it('goes on after a line that is too long', async () => {
    const long = Buffer.alloc(CONFORMANCE_LINE_MAX_BYTES + 1, 0x20);
    const [first = '', second = ''] = await served(
      Buffer.concat([long, Buffer.from('\n{"id":2,"op":"x"}\n')]),
    );
    expect([JSON.parse(first).error.code, JSON.parse(second).id]).toEqual(['CONFORMANCE_BAD_REQUEST', 2]);
  });

  it('never ends on input, and gives every line one answer with a code or a result', async () => {
    const ops = [...OPERATIONS.keys()];
    await withSeed('conformance', 40, async (random) => {
      const lines = Array.from({ length: 25 }, () => hostileLine(random, ops));
      const answers = await served(`${lines.join('\n')}\n`);
      expect(answers).toHaveLength(lines.length);
      for (const line of answers) {
        const answered: unknown = JSON.parse(line);
        expect(answered).toHaveProperty('id');
        expect(line).not.toContain('CONFORMANCE_FAILED');
        expect(Object.keys(Object(answered)).sort()).toEqual(
          'result' in Object(answered) ? ['id', 'result'] : ['error', 'id'],
        );
      }
    });
  });

  it('is what ttp conformance does', async () => {
    const { code, out, err } = await ttp(['conformance'], '{"id":1,"op":"sha256","data":""}\nnonsense\n');
    expect({ code, err, lines: out.split('\n').length }).toEqual({ code: 0, err: '', lines: 3 });
  });
});

const NAMES = [
  'data',
  'text',
  'facts',
  'interaction',
  'evidence',
  'policy',
  'thresholds',
  'trust',
  'leaves',
  'entries',
  'keys',
  'signers',
  'now',
  'index',
  'size',
  'proof',
  'root',
  'publicKey',
  'message',
  'signature',
  'did',
  'note',
  'type',
  'key',
  'kid',
  'typ',
  'codec',
  'hash',
  'password',
  'profile',
  'label',
  'response',
  'request',
  'challenge',
  'verifierKey',
  'document',
  'body',
  'others',
  'guardians',
  'settled',
  'keyLogs',
  'operators',
  'claims',
  'statements',
  'ancestors',
  'authorities',
  'subject',
  'at',
  'state',
  'event',
  'binding',
  'wall',
  'initiator',
  'responder',
  'says',
  'payloadTypes',
  'threshold',
  'publicKeyMultibase',
  'url',
  'dns',
  'ports',
];

/** A request with arguments of any shape, sometimes cut or with a byte changed. */
function hostileLine(random: SeededRandom, ops: readonly string[]): string {
  const value = (depth: number): unknown =>
    random.pick<() => unknown>([
      () => null,
      () => random.int(3) - 1,
      () => 1.5e300,
      () => '',
      () => '00'.repeat(32),
      () => '{"version":"1.0.0"}',
      () => 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
      () => '\ud800',
      () => (depth > 3 ? [] : [value(depth + 1), value(depth + 1)]),
      () =>
        depth > 3
          ? {}
          : Object.fromEntries([
              [random.pick(NAMES), value(depth + 1)],
              ['all', value(depth + 1)],
            ]),
    ])();
  const args = Object.fromEntries(NAMES.filter(() => random.chance(0.7)).map((name) => [name, value(0)]));
  const line = JSON.stringify({ id: value(2), op: random.pick(ops), ...args });
  if (random.chance(0.8)) return line;
  const at = random.int(line.length);
  return random.chance(0.5) ? line.slice(0, at) : `${line.slice(0, at)}\u0001${line.slice(at + 1)}`;
}

it('has no operation that signs: the adapter of the repository alone does', async () => {
  const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  expect(await answerTo(JSON.stringify({ id: 1, op: 'ed25519.sign', seed, message: '' }))).toEqual({
    id: 1,
    error: { code: 'CONFORMANCE_NOT_IMPLEMENTED' },
  });
  expect([...OPERATIONS.keys()].filter((name) => name.endsWith('sign'))).toEqual([]);
});
