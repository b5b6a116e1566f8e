import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { askOf } from './rig.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

it('the example of the README is a server that the official client starts and asks', async () => {
  proves('gateway.mcp.server');
  const folder = mkdtempSync(join(tmpdir(), 'mcp-server-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const rules = [{ id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] }];
  writeFileSync(join(folder, 'policy.json'), JSON.stringify({ version: '1.0.0', rules }));
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const code = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, program = '']) => program)
    .find((program) => program.includes('openMcpServer'))
    ?.replace(/'(ttp\.db|policy\.json)'/g, (_, name: string) => JSON.stringify(join(folder, name)));
  const client = new Client({ name: 'client', version: '1' });
  closers.push(() => client.close());
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ['--conditions=@ttp/source', '--import', 'tsx', '--input-type=module', '--eval', code ?? ''],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    }),
  );
  expect(client.getServerVersion()).toMatchObject({ name: 'ttp' });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('check_action');
  const asked = { action: 'read', resource: 'file:data/a' };
  expect((await askOf(client, 'check_action', asked)).said).toMatchObject({ wouldPermit: true });
  const { said } = await askOf(client, 'read_audit', { prove: true });
  expect(said['entries']).toContainEqual(expect.objectContaining({ type: 'policy-armed' }));
});
