import type { Envelope, Hash, JsonObject, Signer } from '@ttp/core';
import { encodeEnvelope, hashJson, signEnvelope } from '@ttp/crypto';
import { signToolRelease } from '@ttp/gateway/mcp';
import { codeRejectedBy, codeThrownBy, proves, testSigner } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, OPERATOR, REVIEWER, type Rig, ROSTER, rig } from '../rig.js';
import { ECHO, READ_FILE, scriptedServer } from '../scripted-server.js';

afterEach(closeAll);

const CHANGED: JsonObject = { ...ECHO, description: 'Says it again, louder.' };

/** A gateway whose `echo` has changed, and the digest of what it is now. */
async function changed(): Promise<{ r: Rig; digest: Hash }> {
  const r = await rig({ gateway: { operators: ROSTER } });
  await r.names();
  r.upstream.tools = [CHANGED, READ_FILE];
  await r.names();
  return { r, digest: await digestOf(r, 'echo') };
}

async function digestOf({ gateway }: Rig, name: string): Promise<Hash> {
  const found = (await gateway.quarantined()).find(({ tool }) => tool === name);
  return found?.digest ?? hashJson('not in quarantine');
}

const order = (
  { clock }: Rig,
  digest: Hash,
  change: { tool?: string; server?: string; signer?: Signer; ahead?: number } = {},
): Promise<Envelope> => {
  const { tool = 'echo', server = 'rig', signer = OPERATOR, ahead = 0 } = change;
  return signToolRelease({ server, tool, digest }, signer, clock.now() + ahead);
};

describe('release', () => {
  it('by an operator pins the new definition, for good', async () => {
    proves('flaw.T1');
    const { r, digest } = await changed();
    await r.gateway.release(await order(r, digest));
    expect(await r.gateway.quarantined()).toEqual([]);
    expect(await r.names()).toEqual(['echo', 'read_file']);
    expect(r.notes().at(-1)).toBe('tool-released rig/echo');
    const { _meta } = await r.agent.callTool({ name: 'echo', arguments: {} });
    expect(_meta?.['ttp/outcome']).toBe('done');
    const later = await r.restart();
    expect(await later.names()).toEqual(['echo', 'read_file']);
    later.upstream.tools = [ECHO, READ_FILE];
    expect(await later.names()).toEqual(['read_file']);
  });

  it('takes the text of the order as well', async () => {
    const { r, digest } = await changed();
    await r.gateway.release(encodeEnvelope(await order(r, digest)));
    expect(await r.gateway.quarantined()).toEqual([]);
  });

  it('lets a tool with hidden text be used where an operator has seen exactly it', async () => {
    const hidden = { ...ECHO, description: 'Says\u{200B} it.' };
    const r = await rig({
      upstream: scriptedServer([hidden, READ_FILE]),
      gateway: { operators: ROSTER },
    });
    await r.names();
    await r.gateway.release(await order(r, await digestOf(r, 'echo')));
    expect(await r.names()).toEqual(['echo', 'read_file']);
  });

  it('is refused by everybody who may not', async () => {
    proves('flaw.T1');
    const { r, digest } = await changed();
    const stranger = testSigner(9);
    const attempts: [Envelope, string][] = [
      [await order(r, digest, { signer: REVIEWER }), 'CRYPTO_OPERATOR_PRIVILEGE'],
      [await order(r, digest, { signer: stranger }), 'CRYPTO_OPERATOR_UNKNOWN'],
      [
        { ...(await order(r, digest)), body: { server: 'rig', tool: 'read_file', digest } },
        'CRYPTO_ENVELOPE_BAD_SIGNATURE',
      ],
      [await order(r, digest, { server: 'other' }), 'GATEWAY_RELEASE_MISMATCH'],
      [await order(r, hashJson('another definition')), 'GATEWAY_RELEASE_MISMATCH'],
      [await order(r, digest, { tool: 'read_file' }), 'GATEWAY_RELEASE_MISMATCH'],
      [await order(r, digest, { tool: 'nowhere' }), 'GATEWAY_RELEASE_MISMATCH'],
      [await signed({ server: 'rig', tool: 'echo', digest, all: true }, r), 'GATEWAY_RELEASE_INVALID'],
      [await signed({ server: 'rig', tool: '', digest }, r), 'GATEWAY_RELEASE_INVALID'],
      [await signed({ server: 1, tool: 'echo', digest }, r), 'GATEWAY_RELEASE_INVALID'],
      [await signed({ server: 'rig', tool: 'echo', digest: 1 }, r), 'GATEWAY_RELEASE_INVALID'],
      [await signed({ server: 'rig', tool: 'echo', digest: 'sha256:0' }, r), 'CORE_BAD_HASH'],
    ];
    for (const [envelope, code] of attempts)
      expect(await codeRejectedBy(r.gateway.release(envelope))).toBe(code);
    expect(await r.names()).toEqual(['read_file']);
    expect(r.notes().at(-1)).toBe('tool-quarantined rig/echo');
  });

  it('is refused where nobody is configured who could', async () => {
    const r = await rig();
    const envelope = await order(r, hashJson('x'));
    expect(await codeRejectedBy(r.gateway.release(envelope))).toBe('GATEWAY_OPERATORS_ABSENT');
  });

  it('is not valid a second time, after the tool was quarantined again', async () => {
    proves('flaw.T1');
    const { r, digest } = await changed();
    const first = await order(r, digest);
    await r.gateway.release(first);
    r.upstream.tools = [ECHO, READ_FILE];
    await r.names();
    r.upstream.tools = [CHANGED, READ_FILE];
    await r.names();
    expect(await digestOf(r, 'echo')).toBe(digest);
    expect(await codeRejectedBy(r.gateway.release(first))).toBe('GATEWAY_RELEASE_REPLAYED');
    expect(await r.names()).toEqual(['read_file']);
    await r.gateway.release(await order(r, digest, { ahead: 1 }));
    expect(await r.names()).toEqual(['echo', 'read_file']);
  });

  it('cannot say which of two tools is meant, or give a name to one that has none', async () => {
    const r = await rig({
      upstream: scriptedServer([ECHO, CHANGED, { ...READ_FILE, name: 'a b' }]),
      gateway: { operators: ROSTER },
    });
    await r.names();
    for (const { tool, digest } of await r.gateway.quarantined())
      expect(await codeRejectedBy(r.gateway.release(await order(r, digest, { tool })))).toBe(
        'GATEWAY_TOOL_UNRELEASABLE',
      );
    expect(await r.gateway.quarantined()).toHaveLength(2);
  });
});

it('signToolRelease signs nothing that could not be a release', () => {
  const digest = hashJson('x');
  const sign =
    (server: string, tool: string): (() => unknown) =>
    () =>
      signToolRelease({ server, tool, digest }, OPERATOR, 1);
  expect(codeThrownBy(sign('', 'echo'))).toBe('GATEWAY_RELEASE_INVALID');
  expect(codeThrownBy(sign('rig', ''))).toBe('GATEWAY_RELEASE_INVALID');
});

const signed = (body: JsonObject, { clock }: Rig): Promise<Envelope> =>
  signEnvelope({
    type: 'ttp/tool-release@1',
    head: { iss: OPERATOR.did, iat: clock.now() },
    body,
    signers: [OPERATOR],
  });
