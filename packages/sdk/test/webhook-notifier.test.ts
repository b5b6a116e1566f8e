import type { Fetch, FetchRequest } from '@ttp/core';
import { webhookNotifier } from '@ttp/sdk';
import { codeRejectedBy, fakeClock } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

const URL = 'https://siem.example/hook';

/** A host that answers with this status. */
function host(status: number): { readonly fetch: Fetch; readonly asked: FetchRequest[] } {
  const asked: FetchRequest[] = [];
  const fetch: Fetch['fetch'] = (request) => {
    asked.push(request);
    return Promise.resolve({ status, headers: {}, body: (async function* () {})() });
  };
  return { fetch: { fetch }, asked };
}

/** A host that never answers. */
const SILENT: Fetch = {
  fetch: ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    }),
};

describe('webhookNotifier', () => {
  it('posts one message as JSON', async () => {
    const { fetch, asked } = host(204);
    const headers = { authorization: 'Bearer secret', 'content-type': 'text/plain' };
    const notifier = webhookNotifier({ url: URL, fetch, timer: fakeClock(), headers });
    await notifier.notify({ subject: 'anomaly: bulk_access', text: '{}', to: ['#alerts'] });
    expect(asked).toMatchObject([
      {
        url: URL,
        method: 'POST',
        headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
      },
    ]);
    expect(JSON.parse(new TextDecoder().decode(asked[0]?.body))).toEqual({
      subject: 'anomaly: bulk_access',
      text: '{}',
      to: ['#alerts'],
    });
  });

  it.each([199, 301, 404, 500])('fails where the answer is %d', async (status) => {
    const notifier = webhookNotifier({ url: URL, ...host(status), timer: fakeClock() });
    expect(await codeRejectedBy(notifier.notify({ subject: 's', text: 't' }))).toBe('SDK_NOTIFY_FAILED');
  });

  it('gives up after a time', async () => {
    const timer = fakeClock();
    const told = codeRejectedBy(
      webhookNotifier({ url: URL, fetch: SILENT, timer }).notify({ subject: 's', text: 't' }),
    );
    await timer.advance(10_000);
    expect(await told).toBe('SDK_NOTIFY_FAILED');
  });
});
