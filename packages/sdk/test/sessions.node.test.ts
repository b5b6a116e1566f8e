import { readFileSync } from 'node:fs';
import type { Json } from '@ttp/core';
import { vectors } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

interface Session {
  readonly name: string;
  readonly calls: readonly {
    readonly server: string;
    readonly tool: string;
    readonly input: Json;
    readonly result: Json;
  }[];
  /** The calls, by number, that the starter policy does not let through, and the labels at the end. */
  readonly expect: { readonly blocked: readonly number[]; readonly labels: readonly string[] };
}

const SESSIONS = vectors<Session>('labels/sessions');
const file = (name: string): Uint8Array =>
  readFileSync(new URL(`../../spl/policies/${name}`, import.meta.url));

describe('under the starter policy for coding agents', () => {
  it.each(SESSIONS)('$name', async ({ calls, expect: { blocked, labels } }) => {
    const r = await rig({ policy: file('coding-agent.json'), callMap: file('coding-agent.calls.json') });
    const refused: number[] = [];
    const effects: number[] = [];
    for (const [i, { result, ...call }] of calls.entries()) {
      await r.clock.advance(2000);
      const outcome = await r.ttp.a2t(call, async () => {
        effects.push(i);
        return result;
      });
      if (outcome.status !== 'done') {
        expect(outcome).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
        refused.push(i);
      }
    }
    expect(refused).toEqual(blocked);
    expect(effects).toEqual(calls.map((_, i) => i).filter((i) => !blocked.includes(i)));
    expect((await r.ttp.labels.of()).labels).toEqual(labels);
  });

  it('an ordinary day has 50 calls or more, of which some write to the outside and many follow the web', () => {
    const [day] = SESSIONS.filter(
      ({ expect: { blocked }, calls }) => blocked.length === 0 && calls.length >= 50,
    );
    const tools = day?.calls.map(({ tool }) => tool) ?? [];
    expect(tools.filter((tool) => tool === 'http_post' || tool === 'send_mail')).toHaveLength(2);
    expect(tools.length - tools.indexOf('fetch_page')).toBeGreaterThan(25);
  });
});
