import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { codeRejectedBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { TOOLS_MAX } from '../../src/limits.js';
import type { Answer } from '../../src/mcp/ask.js';
import { inspectTools, lister, listTools, type SeenTool } from '../../src/mcp/listing.js';

const SERVER = { name: 'server', version: '1' };

interface Case {
  readonly pages: readonly JsonObject[];
  readonly repeat?: true;
  readonly code?: string;
  readonly expect?: Readonly<Record<string, string | null>>;
}

function paged({ pages, repeat }: Case): (params: JsonObject) => Promise<Answer> {
  let n = 0;
  return () => {
    const page = pages[repeat === true ? 0 : n++] ?? {};
    const { error } = page;
    return Promise.resolve(
      typeof error === 'number' ? { error: { code: error, message: 'no' } } : { result: page },
    );
  };
}

const inspect = (tools: readonly JsonObject[]): readonly SeenTool[] => inspectTools(tools, SERVER);

const noFurther = (): Promise<never> => Promise.reject(new Error('no further page'));

describe('listTools and inspectTools', () => {
  it.each(vectors<Case>('mcp/listing'))('$name', async (vector) => {
    proves('flaw.T2');
    if (vector.code !== undefined) {
      expect(await codeRejectedBy(listTools(paged(vector)))).toBe(vector.code);
      return;
    }
    const seen = inspect(await listTools(paged(vector)));
    const found = seen.map(({ key, digest, finding }) => [
      key === `invalid:${digest}` ? 'invalid' : key,
      finding ?? null,
    ]);
    expect(found).toEqual(Object.entries(vector.expect ?? {}));
  });

  it('hands each cursor back', async () => {
    const asked: (Json | undefined)[] = [];
    const page = (params: JsonObject): Promise<Answer> => {
      asked.push(params['cursor']);
      const more = asked.length < 3 ? { nextCursor: `c${asked.length}` } : {};
      return Promise.resolve({ result: { tools: [], ...more } });
    };
    await listTools(page);
    expect(asked).toEqual([undefined, 'c1', 'c2']);
  });

  it('lists as many tools as can be pinned, and no more', async () => {
    const tools = Array.from({ length: TOOLS_MAX }, (_, n) => ({ name: `t${n}` }));
    expect(await listTools(paged({ pages: [{ tools }] }))).toHaveLength(TOOLS_MAX);
    const more = { pages: [{ tools: [...tools, { name: 'one-more' }] }] };
    expect(await codeRejectedBy(listTools(paged(more)))).toBe('GATEWAY_TOOLS_TOO_MANY');
  });

  it('digests name, description, schemas, annotations and the identity of the server', () => {
    proves('flaw.T1');
    const tool = {
      name: 'a',
      title: 'A',
      description: 'd',
      inputSchema: { type: 'object' },
      outputSchema: { type: 'object' },
      annotations: { readOnlyHint: true },
    };
    const changed = [
      { ...tool, name: 'b' },
      { ...tool, title: 'B' },
      { ...tool, description: 'D' },
      { ...tool, inputSchema: { type: 'object', properties: {} } },
      { ...tool, outputSchema: { type: 'object', required: ['x'] } },
      { ...tool, annotations: { readOnlyHint: false } },
      { ...tool, icons: [{ src: 'https://example.com/a.png' }] },
    ];
    const digests = [
      ...inspect([tool]),
      ...changed.flatMap((one) => inspect([one])),
      ...inspectTools([tool], { name: 'server', version: '2' }),
      ...inspectTools([tool], { name: 'other', version: '1' }),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
    expect(inspect([{ ...tool }])[0]?.digest).toBe(digests[0]);
  });

  it('sees a change from one listing to the next, and back', async () => {
    proves('flaw.T1');
    const one = [{ name: 'a', description: '1' }];
    const two = [{ name: 'a', description: '2' }];
    let tools: readonly JsonObject[] = [];
    const again = lister(SERVER, () => Promise.resolve(JSON.stringify({ tools })), noFurther);
    for (const now of [one, two, two, one, [...one, ...two], []]) {
      tools = now;
      expect(await again()).toEqual(inspect(now));
    }
  });

  it('sees a change on a page behind the first, which stays the same', async () => {
    proves('flaw.T1');
    let behind: JsonObject = { name: 'b', description: '1' };
    const again = lister(
      SERVER,
      () => Promise.resolve(JSON.stringify({ tools: [{ name: 'a' }], nextCursor: 'x' })),
      (params) => {
        expect(params).toEqual({ cursor: 'x' });
        return Promise.resolve({ result: { tools: [behind] } });
      },
    );
    expect(await again()).toEqual(inspect([{ name: 'a' }, behind]));
    behind = { name: 'b', description: '2' };
    expect(await again()).toEqual(inspect([{ name: 'a' }, behind]));
  });

  it('takes the digest of the canonical definition, so that the order of members does not matter', () => {
    const [one] = inspect([{ name: 'a', description: 'd' }]);
    const [other] = inspect([{ description: 'd', name: 'a' }]);
    expect(one?.digest).toBe(other?.digest);
    const tool: JsonObject = { name: 'a', description: 'd' };
    expect(isJsonObject(tool) && one?.digest).toBe(hashJson({ server: SERVER, tool }));
  });
});
