import { type Fetch, type Notifier, type Timer, TtpError } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { WEBHOOK_TIMEOUT_MS } from './limits.js';

/**
 * Tells a webhook, such as that of a SIEM or a chat: one POST of `{ subject, text, to?, link? }` as JSON. One try, and no
 * signature: whoever must not be fooled authenticates it by a secret in `headers`. The log has what it tells all the same.
 *
 * @param options `url`: https; `fetch`: `guardedFetch()` of @ttp/adapters; `headers`: beside the content type; `timer`:
 *   an answer is waited for 10 s
 * @returns a notifier whose `notify` throws SDK_NOTIFY_FAILED for any status but 2xx, and what `fetch` throws
 */
export function webhookNotifier(options: {
  readonly url: string;
  readonly fetch: Fetch;
  readonly timer: Timer;
  readonly headers?: Readonly<Record<string, string>>;
}): Notifier {
  const { url, timer, headers = {} } = options;
  return {
    async notify({ subject, text, to, link }) {
      const giveUp = new AbortController();
      const cancel = timer.after(WEBHOOK_TIMEOUT_MS, () =>
        giveUp.abort(new TtpError('SDK_NOTIFY_FAILED', 'the webhook did not answer in time')),
      );
      try {
        const { status } = await options.fetch.fetch({
          url,
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: utf8(JSON.stringify({ subject, text, to, link })),
          signal: giveUp.signal,
        });
        if (status < 200 || status > 299)
          throw new TtpError('SDK_NOTIFY_FAILED', `the webhook answered ${status}`);
      } finally {
        cancel();
      }
    },
  };
}
