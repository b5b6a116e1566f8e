import type { JsonObject } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, rig } from '../rig.js';
import { ECHO, READ_FILE, scriptedServer } from '../scripted-server.js';
import { closeServers, type ServerRig, serverRig } from './rig.js';

afterEach(async () => {
  await closeServers();
  await closeAll();
});

const SERVER_INFO = { name: 'scripted', version: '1.0.0' };

/** The server of TTP over the storage of a gateway that has seen a server, which then changed. */
async function afterGateway(): Promise<ServerRig> {
  const upstream = scriptedServer();
  const gateway = await rig({ upstream });
  await gateway.names();
  upstream.tools = [{ ...ECHO, description: 'Says it again, and more.' }, READ_FILE];
  await gateway.names();
  return serverRig({ server: { storage: gateway.storage } });
}

const verify = async (r: ServerRig, args: JsonObject): Promise<JsonObject> =>
  (await r.ask('verify_tool', { server: 'rig', ...args })).said;

describe('verify_tool', () => {
  it('tells the pinned definition from any other', async () => {
    const r = await afterGateway();
    const asked = { definition: READ_FILE, serverInfo: SERVER_INFO };
    const same = await verify(r, asked);
    expect(same).toMatchObject({ trusted: true, state: 'pinned', tool: 'read_file', compared: true });
    expect(same['digest']).toBe(same['pinned']);
    const changed = { ...READ_FILE, description: 'Reads any file.' };
    expect(await verify(r, { ...asked, definition: changed })).toMatchObject({
      trusted: false,
      state: 'changed',
      code: 'GATEWAY_TOOL_CHANGED',
      pinned: same['pinned'],
    });
    const newer = await verify(r, { ...asked, serverInfo: { ...SERVER_INFO, version: '2.0.0' } });
    expect(newer).toMatchObject({ trusted: false, state: 'changed' });
  });

  it('says what is known of a tool by its name alone', async () => {
    const r = await afterGateway();
    expect(await verify(r, { tool: 'read_file' })).toMatchObject({
      trusted: true,
      state: 'pinned',
      compared: false,
    });
    expect(await verify(r, { tool: 'echo' })).toMatchObject({
      trusted: false,
      state: 'quarantined',
      code: 'GATEWAY_TOOL_CHANGED',
    });
    expect(await verify(r, { tool: 'other' })).toMatchObject({ trusted: false, state: 'unpinned' });
    expect(await verify(r, { server: 'nobody', tool: 'echo' })).toMatchObject({
      trusted: false,
      state: 'server-unknown',
    });
  });

  it('does not trust a quarantined tool for looking like what was pinned once', async () => {
    const r = await afterGateway();
    const said = await verify(r, { definition: ECHO, serverInfo: SERVER_INFO });
    expect(said).toMatchObject({ trusted: false, state: 'quarantined' });
  });

  it('shows where text hides, written out', async () => {
    const r = await serverRig();
    const definition = {
      ...ECHO,
      description: 'Says\u200b it again.',
      inputSchema: { type: 'object', properties: { 'te\u202ext': { title: ['fine', 'odd\u{e0041}'] } } },
    };
    const { said, text } = await r.ask('verify_tool', { server: 'new', definition, serverInfo: SERVER_INFO });
    expect(said).toMatchObject({ trusted: false, state: 'refused', code: 'GATEWAY_TOOL_HIDDEN_TEXT' });
    expect(said['hidden']).toEqual([
      { at: 'description', text: 'Says\\u{200b} it again.' },
      { at: 'inputSchema.properties.te\\u{202e}xt', text: 'te\\u{202e}xt' },
      { at: 'inputSchema.properties.te\\u{202e}xt.title[1]', text: 'odd\\u{e0041}' },
    ]);
    expect(text).not.toMatch(/[\u200b\u202e]/);
  });

  it('names a hundred places and no more', async () => {
    const r = await serverRig();
    const definition = { ...ECHO, list: Array.from({ length: 500 }, () => '\u200b') };
    const said = await verify(r, { definition, serverInfo: SERVER_INFO });
    expect(said['hidden']).toHaveLength(100);
  });

  it.each([
    ['nothing', {}, 'tool'],
    ['both', { tool: 'echo', definition: ECHO, serverInfo: SERVER_INFO }, 'tool'],
    ['a definition of nobody', { definition: ECHO }, 'serverInfo'],
    ['a server without a version', { definition: ECHO, serverInfo: { name: 'x' } }, 'serverInfo.version'],
  ])('refuses %s', async (_, args, field) => {
    const r = await serverRig();
    const { meta } = await r.ask('verify_tool', { server: 'rig', ...args });
    expect(meta).toEqual({ 'ttp/code': 'GATEWAY_BAD_REQUEST', 'ttp/field': field });
  });

  it('does not take pins that cannot be read for none', async () => {
    const r = await serverRig();
    await r.storage.store.put('gateway/pins/rig', utf8('{}'));
    const told = await r.ask('verify_tool', { server: 'rig', tool: 'echo' });
    expect(told).toMatchObject({ isError: true, meta: { 'ttp/code': 'GATEWAY_PINS_UNREADABLE' } });
  });
});
