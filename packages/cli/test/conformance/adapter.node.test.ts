import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Vector, vectorsOf } from '../../src/conformance/vectors.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const ADAPTER = at('../../../../conformance/src/main.ts');
const VECTORS = at('../../../../conformance/vectors');
/** What @ttp/crypto and @ttp/did stand behind; handshakes and claims are asked for in another test, and take long. */
const AREAS = /^(?:envelope|json|encoding|http|interop|protocol|did\/(?:parse|key-log|challenge|revocation))/;

/** Lines that are no requests, or none that can be done; each has to be answered, and none may end the process. */
const HOSTILE: readonly string[] = [
  '',
  'null',
  '[]',
  '"x"',
  'NaN',
  '{"id":NaN,"op":"sha256"}',
  '{"id":1',
  '\u0000',
  '\ufeff{"id":1}',
  '['.repeat(100_000),
  `{"id":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)},"op":"sha256","data":""}`,
  '{"__proto__":{"op":"sha256"},"id":1}',
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'sha256 ', 'SHA256'].map((op) =>
    JSON.stringify({ id: 1, op }),
  ),
  ...[1, null, true, [], {}, { op: 'sha256' }].map((op) => JSON.stringify({ id: 1, op })),
  ...[1, null, [], {}, 'xyz', 'AB', '0', 'é', '0'.repeat(1_000_001)].map((data) =>
    JSON.stringify({ id: 1, op: 'sha256', data }),
  ),
  ...[
    'a2acard.verify',
    'httpsig.verify',
    'credential.verify',
    'envelope.verify',
    'revocation.status',
  ].flatMap((op) =>
    ['{"__proto__":1}', '{"constructor":"00"}', '[]', 'null', '1e308', '"x"'].map(
      (keys) => `{"id":1,"op":"${op}","text":"{}","type":"ttp/policy@1","now":1,"keys":${keys}}`,
    ),
  ),
  ...['start', 'init', 'message', '', 1].map((type) =>
    JSON.stringify({ id: 1, op: 'handshake.step', event: { type, side: {}, now: -1, wall: 1.5 } }),
  ),
];

let vectors: readonly Vector[];
let answers: readonly string[];
let code: unknown;

beforeAll(async () => {
  const read = async (path: string): Promise<string> => readFileSync(join(VECTORS, path), 'utf8');
  const files = readdirSync(VECTORS, { recursive: true, encoding: 'utf8' }).filter(
    (name) => AREAS.test(name) && name.endsWith('.json'),
  );
  const all = await Promise.all(
    files.map(async (name) => (await vectorsOf(JSON.parse(await read(name)), dirname(name), read)).vectors),
  );
  vectors = all.flat();
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@ttp/source', ADAPTER], {
    cwd: at('../../../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const ended = once(child, 'close');
  child.stdin.end([...HOSTILE, ...vectors.map(({ line }) => line)].join('\n'));
  [code] = await ended;
  answers = Buffer.concat(chunks).toString().split('\n').slice(0, -1);
});

describe('the adapter, as a process', () => {
  it('answers each line with a line, and ends with its input', () => {
    expect(vectors.length).toBeGreaterThan(500);
    expect({ code, lines: answers.length }).toEqual({ code: 0, lines: HOSTILE.length + vectors.length });
  });

  it('answers what is hostile with a code or a verdict, and says nothing of itself', () => {
    HOSTILE.forEach((line, i) => {
      const answer = answers[i] ?? '';
      expect(answer, line.slice(0, 80)).toMatch(/^\{"error":\{"code":"[A-Z0-9_]+"\},"id":|"valid":false/);
      expect(answer).not.toContain('CONFORMANCE_FAILED');
      expect(answer.length, line.slice(0, 80)).toBeLessThan(60_000);
    });
  });

  it('answers the published cases of keys, signatures, messages and identities as they are published', () => {
    vectors.forEach(({ name, expected, accepts }, i) => {
      const answer = answers[HOSTILE.length + i] ?? '';
      expect(accepts(JSON.parse(answer)), `${name}: expected ${expected}, answered ${answer}`).toBe(true);
    });
  });
});
