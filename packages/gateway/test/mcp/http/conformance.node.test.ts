import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { memory } from '@ttp/adapters/memory';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import type { JsonObject } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import { createMcpHttpFront, listenMcpHttp } from '@ttp/gateway/mcp';
import { createTtp } from '@ttp/sdk';
import { afterEach, expect, it } from 'vitest';
import { conformanceServer } from '../../fixtures/conformance-server.js';

const require = createRequire(import.meta.url);

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const POLICY: JsonObject = {
  version: '1.0.0',
  agentDid: 'did:tessorium:agent:conformance:v1',
  rules: [{ id: 'all', effect: 'allow', resources: ['mcp:suite/**'], actions: ['call'] }],
  defaultEffect: 'deny',
};

/** All that the suite has for servers. */
const SERVER_SCENARIOS = 32;

/**
 * What the suite warns of already without the gateway: it asks for the events that open a resumable stream with the
 * revision 2025-03-26 in its header, whose clients cannot read them, so the MCP SDK sends none.
 */
const WARNINGS: readonly Verdict[] = [
  ['server-sse-polling', 'server-sse-priming-event', 'WARNING'],
  ['server-sse-polling', 'server-sse-retry-field', 'WARNING'],
];

/** A check of the suite: what it is called, and what came of it. */
type Verdict = readonly [scenario: string, check: string, status: string];

/** Runs the official suite, with all its server scenarios, against what listens at `url`. */
async function suite(url: string): Promise<readonly Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const main = require.resolve('@modelcontextprotocol/conformance/package.json');
  const args = [join(dirname(main), 'dist/index.js'), 'server', '--url', url, '--suite', 'all', '-o', folder];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await new Promise((resolve) => void child.on('exit', resolve));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('checks.json'))
    .flatMap((file) => {
      const checks: { id: string; status: string }[] = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const scenario = dirname(file).replace(/^server-|-\d{4}-\d\d-\d\dT.*$/g, '');
      return checks.map(({ id, status }): Verdict => [scenario, id, status]);
    })
    .toSorted((a, b) => a.join().localeCompare(b.join()));
}

it('the official suite finds the same through the gateway as without it', { timeout: 120_000 }, async () => {
  const server = await conformanceServer();
  closers.push(() => server.close());
  const storage = memory();
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  const ttp = await createTtp({ identity, storage, policy: POLICY, fresh: true });
  const front = createMcpHttpFront({ ttp, server: 'suite', storage, upstream: { url: server.url } });
  const listener = await listenMcpHttp(front);
  closers.push(async () => {
    await listener.close();
    await ttp.close();
  });
  const direct = await suite(server.url);
  expect(new Set(direct.map(([scenario]) => scenario)).size).toBe(SERVER_SCENARIOS);
  expect(direct.filter(([, , status]) => status !== 'SUCCESS' && status !== 'INFO')).toEqual(WARNINGS);
  expect(await suite(listener.url)).toEqual(direct);
});
