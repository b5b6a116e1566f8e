import type { Fetch } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { type FakeClock, fakeClock } from '@ttp/testkit';

/** A page of the web: its text, or what happens instead. */
export type Page =
  | string
  | { readonly status: number }
  | { readonly chunks: AsyncIterable<Uint8Array> }
  | { readonly silent: true };

/** A web of these pages: what is not there answers 404. */
export function webOf(
  pages: Readonly<Record<string, Page>>,
  timer: FakeClock = fakeClock(),
): { readonly fetch: Fetch; readonly timer: FakeClock; readonly asked: string[] } {
  const asked: string[] = [];
  const fetch: Fetch = {
    fetch({ url }) {
      asked.push(url);
      const page = pages[url];
      if (page === undefined) return Promise.resolve({ status: 404, headers: {}, body: bodyOf('') });
      if (typeof page === 'string') return Promise.resolve({ status: 200, headers: {}, body: bodyOf(page) });
      if ('silent' in page) return new Promise(() => {});
      return 'chunks' in page
        ? Promise.resolve({ status: 200, headers: {}, body: page.chunks })
        : Promise.resolve({ status: page.status, headers: {}, body: bodyOf('') });
    },
  };
  return { fetch, timer, asked };
}

async function* bodyOf(text: string): AsyncIterable<Uint8Array> {
  await Promise.resolve();
  yield utf8(text);
}
