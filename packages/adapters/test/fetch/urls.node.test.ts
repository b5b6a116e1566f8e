import { codeRejectedBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { guardedFetch } from '../../src/fetch.js';

/** A URL, what its names resolve to, and where a guarded request ends: at a connection, or at a code. */
interface UrlCase {
  readonly url: string;
  readonly dns?: Readonly<Record<string, readonly string[]>>;
  readonly ports?: readonly number[];
  readonly expect?: { readonly connect: readonly string[]; readonly port: number };
  readonly code?: string;
}

const cases = vectors<UrlCase>('fetch/urls');

/** Runs one case up to the wire, which fails: FETCH_FAILED says that the guard let it through. */
async function outcome({ url, dns = {}, ports }: UrlCase): Promise<unknown> {
  const connections: { readonly connect: readonly string[]; readonly port: number }[] = [];
  const guard = guardedFetch({
    resolve: async (host) => dns[host] ?? [],
    connect: async (connect, port) => {
      connections.push({ connect, port });
      throw new Error('no wire');
    },
    ...(ports === undefined ? {} : { ports }),
  });
  const code = await codeRejectedBy(
    guard.fetch({ url, method: 'GET', headers: {}, signal: new AbortController().signal }),
  );
  return code === 'FETCH_FAILED' ? connections : [code, connections.length];
}

describe('the corpus of URLs', () => {
  it('has 300 cases or more, and about half of them refused', () => {
    expect(cases.length).toBeGreaterThanOrEqual(300);
    expect(cases.filter(({ code }) => code !== undefined).length).toBeGreaterThanOrEqual(150);
  });

  it.each(cases)('$name', async (vector) => {
    proves('flaw.G3');
    expect(await outcome(vector)).toEqual(vector.code === undefined ? [vector.expect] : [vector.code, 0]);
  });
});
