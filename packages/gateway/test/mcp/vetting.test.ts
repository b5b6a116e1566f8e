import type { Did, JsonObject } from '@ttp/core';
import { encodeEnvelope } from '@ttp/crypto';
import {
  createIdentity,
  type Identity,
  type KeyLogResolver,
  memoryResolver,
  type Revocation,
  type Ruling,
  readRevocations,
  signRevocation,
} from '@ttp/did';
import { signToolProvenance, type ToolRequirements, toolDigest } from '@ttp/gateway/mcp';
import { codeRejectedBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeAll, type Rig, rig } from '../rig.js';
import { ECHO, READ_FILE, type ScriptedServer, scriptedServer, text } from '../scripted-server.js';

afterEach(closeAll);

const SERVER = { name: 'scripted', version: '1.0.0' };
const clock = fakeClock();

interface Family {
  readonly publisher: Identity;
  readonly tool: Identity;
  readonly stranger: Identity;
  readonly resolver: KeyLogResolver;
}

let family: Family;

const make = (seed: string, type: 'publisher' | 'tool', parent?: Identity) =>
  createIdentity({ type, random: seededRandom(seed), clock, ...(parent === undefined ? {} : { parent }) });

beforeEach(async () => {
  const publisher = await make('publisher', 'publisher');
  const tool = await make('tool', 'tool', publisher);
  const stranger = await make('stranger', 'publisher');
  const resolver = memoryResolver();
  for (const { keyLog } of [publisher, tool, stranger]) await resolver.add(keyLog);
  family = { publisher, tool, stranger, resolver };
});

/** A definition that shows what somebody signed for it, or for another one. */
async function shown(definition: JsonObject, by: Identity, signedFor = definition): Promise<JsonObject> {
  const { name } = signedFor;
  const statement = { tool: typeof name === 'string' ? name : '', digest: toolDigest(signedFor, SERVER) };
  const envelope = await signToolProvenance(statement, by.signer, clock.now());
  return { ...definition, _meta: { 'ttp/provenance': encodeEnvelope(envelope) } };
}

const open = (upstream: ScriptedServer, requirements: ToolRequirements): Promise<Rig> =>
  rig({ upstream, gateway: { requirements } });

const echo = ({ agent }: Rig) => agent.callTool({ name: 'echo', arguments: { text: 'a' } });

const findings = ({ entries }: Rig): readonly unknown[] =>
  entries.flatMap(({ type, subject, data }) => (type === 'finding-raised' ? [[subject, data['code']]] : []));

const provenance = (publishers: readonly Did[] = [family.publisher.did], more: object = {}) => ({
  provenance: { resolver: family.resolver, publishers, ...more },
});

describe('where tools have to have a publisher', () => {
  it('those are listed and called that one answers for, by chain, content hash and signature', async () => {
    proves('gateway.mcp.stage-discovery');
    const upstream = scriptedServer([await shown(ECHO, family.tool), READ_FILE]);
    const r = await open(upstream, provenance());
    expect(await r.names()).toEqual(['echo']);
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/outcome': 'done' } });
    expect(await r.agent.callTool({ name: 'read_file', arguments: { path: 'data/a' } })).toMatchObject({
      isError: true,
      _meta: { 'ttp/code': 'GATEWAY_TOOL_UNPROVEN' },
    });
    expect(upstream.count('tools/call')).toBe(1);
    await r.names();
    await expect.poll(() => findings(r)).toEqual([['rig/read_file', 'GATEWAY_TOOL_UNPROVEN']]);
  });

  it.each<[string, string, () => Promise<JsonObject>]>([
    [
      'is signed by a publisher that is not trusted',
      'GATEWAY_TOOL_UNPROVEN',
      () => shown(ECHO, family.stranger),
    ],
    [
      'is signed for another definition',
      'GATEWAY_TOOL_UNPROVEN',
      () => shown({ ...ECHO, description: 'Says more.' }, family.tool, ECHO),
    ],
    [
      'is signed for another tool',
      'GATEWAY_TOOL_UNPROVEN',
      () => shown(ECHO, family.tool, { ...ECHO, name: 'other' }),
    ],
    [
      'is signed for under another name',
      'GATEWAY_TOOL_UNPROVEN',
      async () => {
        const statement = { tool: 'other', digest: toolDigest(ECHO, SERVER) };
        const envelope = await signToolProvenance(statement, family.tool.signer, clock.now());
        return { ...ECHO, _meta: { 'ttp/provenance': encodeEnvelope(envelope) } };
      },
    ],
    [
      'has a signature that is not its own',
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
      async () => {
        const { _meta: meta } = await shown(ECHO, family.tool);
        const { 'ttp/provenance': statement } = meta as { readonly 'ttp/provenance': string };
        const forged = statement.replace(/"digest":"sha256:[0-9a-f]/, (found) =>
          found.slice(0, -1).concat(found.endsWith('0') ? '1' : '0'),
        );
        return { ...ECHO, _meta: { 'ttp/provenance': forged } };
      },
    ],
    [
      'has no statement but a text',
      'CRYPTO_JSON_SYNTAX',
      async () => ({ ...ECHO, _meta: { 'ttp/provenance': 'x' } }),
    ],
    [
      'has a statement that is too long',
      'GATEWAY_TOOL_UNPROVEN',
      async () => ({ ...ECHO, _meta: { 'ttp/provenance': ' '.repeat(16_385) } }),
    ],
  ])('one that %s is neither listed nor called', async (_what, code, definition) => {
    const r = await open(scriptedServer([await definition(), READ_FILE]), provenance());
    expect(await r.names()).toEqual([]);
    expect(await echo(r)).toMatchObject({ isError: true, _meta: { 'ttp/code': code } });
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it('one whose signer nobody knows, or who stands below no publisher, is neither', async () => {
    const lone = await createIdentity({ type: 'tool', random: seededRandom('lone'), clock });
    const upstream = scriptedServer([await shown(ECHO, lone)]);
    const r = await open(upstream, provenance());
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/code': 'DID_UNRESOLVED' } });
    await family.resolver.add(lone.keyLog);
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/code': 'DID_CHAIN_BROKEN' } });
  });

  it('one is called no more as soon as its publisher is revoked', async () => {
    const { publisher, tool } = family;
    let known: readonly (Revocation | Ruling)[] = [];
    const r = await open(
      scriptedServer([await shown(ECHO, tool)]),
      provenance([publisher.did], { known: () => known }),
    );
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/outcome': 'done' } });
    const statement = {
      subject: publisher.did,
      tier: 'self',
      severity: 'high',
      cause: 'conduct',
      reason: 'a test',
    } as const;
    const revocation = await signRevocation(statement, {
      issuer: publisher.did,
      signers: [publisher.signer],
      clock: r.clock,
    });
    const keyOf = (kid: string) => (kid === publisher.signer.kid ? publisher.signer.publicKey : undefined);
    known = readRevocations([revocation], { keyOf, ancestorsOf: () => [] }).known;
    expect(known).toHaveLength(1);
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/code': 'DID_REVOKED' } });
    expect(await r.names()).toEqual([]);
  });

  it('a tool whose definition changes is in quarantine, whoever signs for the new one', async () => {
    const upstream = scriptedServer([await shown(ECHO, family.tool)]);
    const r = await open(upstream, provenance());
    await echo(r);
    upstream.tools = [await shown({ ...ECHO, description: 'Says more.' }, family.tool)];
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/code': 'GATEWAY_TOOL_QUARANTINED' } });
  });

  it('what is signed for is no part of what is pinned: it can be signed anew', async () => {
    const upstream = scriptedServer([await shown(ECHO, family.tool)]);
    const r = await open(upstream, provenance());
    await echo(r);
    upstream.tools = [await shown(ECHO, family.publisher)];
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/outcome': 'done' } });
  });
});

describe('where tools have to have a score', () => {
  const scores = new Map<string, unknown>();
  const trust = (minTrustScore?: number): ToolRequirements => ({
    trust: {
      scoreOf: ({ tool }) => Promise.resolve(scores.get(tool) as number | undefined),
      ...(minTrustScore === undefined ? {} : { minTrustScore }),
    },
  });
  beforeEach(() => scores.clear());

  it('those below it are filtered out of the list, and not called either', async () => {
    proves('gateway.mcp.stage-trust');
    scores.set('echo', 50).set('read_file', 49.9);
    const r = await open(scriptedServer(), trust());
    expect(await r.names()).toEqual(['echo']);
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/outcome': 'done' } });
    scores.set('echo', 49);
    expect(await echo(r)).toMatchObject({ _meta: { 'ttp/code': 'GATEWAY_TOOL_UNTRUSTED' } });
    expect(await r.names()).toEqual([]);
    expect(r.upstream.count('tools/call')).toBe(1);
  });

  it.each([[undefined], [Number.NaN], [-1], [101], ['90'], [Number.POSITIVE_INFINITY]])(
    'one of %s has none',
    async (score) => {
      scores.set('echo', score);
      const r = await open(scriptedServer(), trust(1));
      expect(await r.names()).toEqual([]);
      expect(await echo(r)).toMatchObject({ _meta: { 'ttp/code': 'GATEWAY_TOOL_UNTRUSTED' } });
    },
  );

  it('one whose score cannot be found out is not used', async () => {
    const down = new Map([['echo', new Error('down')]]);
    const scoreOf = ({ tool }: { readonly tool: string }) =>
      Promise.reject(down.get(tool) ?? new Error(tool));
    const r = await open(scriptedServer(), { trust: { scoreOf } });
    expect(await r.names()).toEqual([]);
    expect(await echo(r)).toMatchObject({ isError: true });
    expect(r.upstream.count('tools/call')).toBe(0);
  });

  it.each([[-1], [101], [Number.NaN]])('a threshold of %s is none', async (minTrustScore) => {
    expect(await codeRejectedBy(open(scriptedServer(), trust(minTrustScore)))).toBe('GATEWAY_BAD_OPTION');
  });

  it('the score is asked for this definition, and stands in the evidence of the call', async () => {
    const asked: unknown[] = [];
    const { publisher, tool, resolver } = family;
    const upstream = scriptedServer([await shown(ECHO, tool)]);
    upstream.calls.set('echo', () => text('said'));
    const r = await open(upstream, {
      provenance: { resolver, publishers: [publisher.did] },
      trust: {
        scoreOf: async (one) => {
          asked.push(one);
          return 77;
        },
      },
    });
    await echo(r);
    const digest = toolDigest(ECHO, SERVER);
    expect(asked).toEqual([{ server: 'rig', tool: 'echo', digest, publisher: publisher.did }]);
    const bundle = await r.ttp.exportBundle();
    expect(bundle.replaceAll('\\', '')).toContain(
      `"value":{"digest":"${digest}","publisher":"${publisher.did}","score":77,"tool":"echo"}`,
    );
  });
});
