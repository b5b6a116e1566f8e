import { asHash, type Hash, type JsonObject } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { listQuarantined, placeToolRelease, signToolRelease } from '@ttp/gateway/mcp';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { QUARANTINE_DEFINITION_MAX_BYTES } from '../../src/limits.js';
import { closeAll, OPERATOR, REVIEWER, type Rig, ROSTER, rig } from '../rig.js';
import { ECHO, READ_FILE } from '../scripted-server.js';

afterEach(closeAll);

const CHANGED: JsonObject = { ...ECHO, description: 'Says it again, louder.' };

/** A gateway whose `echo` has changed. */
async function changed(definition: JsonObject = CHANGED): Promise<Rig> {
  const r = await rig({ gateway: { operators: ROSTER } });
  await r.names();
  r.upstream.tools = [definition, READ_FILE];
  await r.names();
  return r;
}

async function digestIn({ storage }: Rig): Promise<Hash> {
  const [found] = await listQuarantined(storage.store);
  return found?.digest ?? asHash(hashJson('none'));
}

async function place(
  r: Rig,
  change: { tool?: string; server?: string; digest?: Hash; by?: typeof OPERATOR } = {},
) {
  const { tool = 'echo', server = 'rig', digest = await digestIn(r), by = OPERATOR } = change;
  const now = r.clock.now();
  const order = await signToolRelease({ server, tool, digest }, by, now);
  await placeToolRelease(order, { store: r.storage.store, operators: ROSTER, now });
}

describe('from outside, with the store alone', () => {
  it('the quarantined tools of every server are seen as they are', async () => {
    const r = await changed();
    expect(await listQuarantined(r.storage.store)).toMatchObject([
      { server: 'rig', tool: 'echo', code: 'GATEWAY_TOOL_CHANGED', definition: CHANGED },
    ]);
    const later = await r.restart({ gateway: { operators: ROSTER } });
    expect(await later.gateway.quarantined()).toMatchObject([{ tool: 'echo', definition: CHANGED }]);
  });

  it('a definition that is too large to keep is known by its digest', async () => {
    const r = await changed({ ...ECHO, description: 'x'.repeat(QUARANTINE_DEFINITION_MAX_BYTES) });
    const [found] = await listQuarantined(r.storage.store);
    expect(found).toMatchObject({ tool: 'echo', code: 'GATEWAY_TOOL_CHANGED' });
    expect(found).not.toHaveProperty('definition');
  });

  it('an order is obeyed by the running gateway before the next call', async () => {
    proves('flaw.T1');
    const r = await changed();
    await place(r);
    const { _meta } = await r.agent.callTool({ name: 'echo', arguments: {} });
    expect(_meta?.['ttp/outcome']).toBe('done');
    expect(r.notes().at(-1)).toBe('tool-released rig/echo');
    expect(await listQuarantined(r.storage.store)).toEqual([]);
  });

  it('and by one that is started later', async () => {
    const r = await changed();
    await place(r);
    const later = await r.restart({ gateway: { operators: ROSTER } });
    expect(await later.names()).toEqual(['echo', 'read_file']);
  });

  it('is refused where it is placed, to everybody who may not', async () => {
    const r = await changed();
    const refused = async (change: Parameters<typeof place>[1]): Promise<unknown> =>
      await codeRejectedBy(place(r, change));
    expect(await refused({ by: REVIEWER })).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await refused({ server: 'other' })).toBe('GATEWAY_RELEASE_MISMATCH');
    expect(await refused({ tool: 'read_file' })).toBe('GATEWAY_RELEASE_MISMATCH');
    expect(await refused({ digest: asHash(hashJson('other')) })).toBe('GATEWAY_RELEASE_MISMATCH');
    expect(await r.names()).toEqual(['read_file']);
  });

  it('that the gateway does not accept changes nothing, on the record and once', async () => {
    const r = await changed();
    await place(r);
    const later = await r.restart();
    expect(await later.names()).toEqual(['read_file']);
    expect(await later.names()).toEqual(['read_file']);
    const findings = later.entries.filter(({ type }) => type === 'finding-raised');
    expect(findings.map(({ subject, data }) => [subject, data['code']])).toEqual([
      ['rig/echo', 'GATEWAY_OPERATORS_ABSENT'],
    ]);
  });
});
