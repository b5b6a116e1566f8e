import { memory } from '@ttp/adapters/memory';
import { asDid, type Did, type Hash, type LogProofs } from '@ttp/core';
import { concatBytes, encodeEnvelope, fromUtf8, hashBytes, signEnvelope } from '@ttp/crypto';
import {
  codeRejectedBy,
  codeThrownBy,
  fakeClock,
  proves,
  seededRandom,
  testSigner,
  withSeed,
} from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createNameRegistry,
  memoryResolver,
  type NameAuthority,
  type NewIdentity,
  remoteNameRegistry,
  resolveName,
  rotateIdentity,
  signNameClaim,
} from '../../src/index.js';
import { decodeNameEntry } from '../../src/registry/entry.js';
import { identity } from '../fixture.js';
import { type Page, webOf } from '../web.js';

const NOW = 1_800_000_000_000;
const clock = fakeClock(NOW);
const ACME = 'did:tessorium:publisher:acme:v1';
const TOOL = 'did:tessorium:tool:github-api:v1';

const wellKnown = (names: Record<string, string>): string => JSON.stringify({ v: 1, names });

/** A registry with an operator, a publisher of acme.com with a tool and a service, and a rival with the same. */
async function town(pages: Record<string, Page> = {}) {
  const operator = testSigner(70);
  const publisher = await identity(1, { type: 'publisher', clock });
  const tool = await identity(2, { type: 'tool', parent: publisher, clock });
  const service = await identity(3, { type: 'service', parent: publisher, clock });
  const rival = await identity(4, { type: 'publisher', clock });
  const rivalTool = await identity(5, { type: 'tool', parent: rival, clock });
  const resolver = memoryResolver({ clock });
  for (const { keyLog } of [publisher, tool, service, rival, rivalTool]) await resolver.add(keyLog);
  const web = webOf({
    'https://acme.com/.well-known/ttp.json': wellKnown({ [ACME]: publisher.did }),
    'https://rival.com/.well-known/ttp.json': wellKnown({
      'did:tessorium:publisher:rival:v1': rival.did,
      [ACME]: rival.did,
    }),
    ...pages,
  });
  const { log } = memory();
  const open = () =>
    createNameRegistry({ log: log('names'), resolver, operators: [operator.did], clock, web });
  const registry = open();
  const claim = async (
    name: string,
    holder: NewIdentity,
    authority: NameAuthority,
    more: { readonly prev?: Hash; readonly by?: readonly NewIdentity['signer'][] } = {},
  ) =>
    registry.claim(
      await signNameClaim(
        {
          name,
          did: holder.did,
          authority,
          ...(more.prev === undefined ? {} : { prev: more.prev }),
        },
        { signers: [holder.signer, ...(more.by ?? [])], clock },
      ),
    );
  const domain: NameAuthority = { kind: 'domain', domain: 'acme.com' };
  const rivals: NameAuthority = { kind: 'domain', domain: 'rival.com' };
  const byOperator: NameAuthority = { kind: 'operator', did: operator.did };
  const byPublisher: NameAuthority = { kind: 'publisher', did: publisher.did };
  const byRival: NameAuthority = { kind: 'publisher', did: rival.did };
  return {
    operator,
    publisher,
    tool,
    service,
    rival,
    rivalTool,
    resolver,
    registry,
    claim,
    open,
    log,
    web,
    domain,
    rivals,
    byOperator,
    byPublisher,
    byRival,
  };
}

describe('a name', () => {
  it('resolves to the identity that claimed it, by the authority that its form asks for', async () => {
    proves('did.name.claim', 'did.format.service-name', 'did.format.isnad');
    const t = await town();
    const signed = { by: [t.publisher.signer] };
    await t.claim(ACME, t.publisher, t.domain);
    await t.claim(TOOL, t.tool, t.byPublisher, signed);
    await t.claim('did:service:acme:payment-api:1.0.0', t.service, t.byPublisher, signed);
    await t.claim('isnad:a3f8b2', t.tool, t.byOperator, { by: [t.operator] });
    const resolve = (name: string) => resolveName(name, { registry: t.registry, resolver: t.resolver });
    expect(await resolve(ACME)).toMatchObject({
      did: t.publisher.did,
      document: { id: t.publisher.did },
      index: 0n,
    });
    expect(await resolve(TOOL)).toMatchObject({ did: t.tool.did, index: 1n });
    expect(await resolve('did:service:acme:payment-api:1.0.0')).toMatchObject({ did: t.service.did });
    expect(await resolve('isnad:a3f8b2')).toMatchObject({ did: t.tool.did, document: { id: t.tool.did } });
    expect(await codeRejectedBy(resolve('isnad:a3f8b3'))).toBe('DID_UNRESOLVED');
    expect(await codeRejectedBy(resolve(t.tool.did))).toBe('DID_BAD_CLAIM');
    // The log is all there is: another process reads the same out of it.
    expect(await t.open().lookup(TOOL)).toEqual(await t.registry.lookup(TOOL));
  });

  it('is not had by squatting: without an authority nobody claims anything', async () => {
    proves('flaw.D1', 'did.name.claim');
    const t = await town();
    const by = [t.rival.signer];
    // A domain that says nothing of it, somebody else's domain, one's own domain with another's name.
    expect(await codeRejectedBy(t.claim(ACME, t.rival, t.domain))).toBe('DID_NAME_UNPROVED');
    expect(await codeRejectedBy(t.claim(ACME, t.rival, t.rivals))).toBe('DID_NAME_UNPROVED');
    expect(await codeRejectedBy(t.claim(ACME, t.rival, { kind: 'domain', domain: 'acme.evil.com' }))).toBe(
      'DID_NAME_UNPROVED',
    );
    // A publisher without a name here, one that is not above the tool, one that did not sign, a false operator.
    expect(await codeRejectedBy(t.claim(TOOL, t.rivalTool, t.byRival, { by }))).toBe('DID_NAME_UNAUTHORISED');
    await t.claim(ACME, t.publisher, t.domain);
    await t.claim('did:tessorium:publisher:rival:v1', t.rival, t.rivals);
    expect(
      await codeRejectedBy(t.claim(TOOL, t.rivalTool, t.byPublisher, { by: [t.publisher.signer] })),
    ).toBe('DID_NAME_UNAUTHORISED');
    expect(await codeRejectedBy(t.claim(TOOL, t.rivalTool, t.byPublisher))).toBe(
      'CRYPTO_ENVELOPE_SIGNER_MISSING',
    );
    expect(
      await codeRejectedBy(t.claim(TOOL, t.rivalTool, { kind: 'operator', did: t.rival.did }, { by })),
    ).toBe('DID_NAME_UNAUTHORISED');
    expect(await codeRejectedBy(t.claim(TOOL, t.rivalTool, t.byOperator))).toBe(
      'CRYPTO_ENVELOPE_SIGNER_MISSING',
    );
    // A provider's name belongs to the provider.
    expect(
      await codeRejectedBy(
        t.claim('did:service:rival:api:1.0.0', t.service, t.byPublisher, { by: [t.publisher.signer] }),
      ),
    ).toBe('DID_NAME_UNAUTHORISED');
    expect(await t.registry.lookup(TOOL)).toBeUndefined();
  });

  it('has one live identity; that it changed hands shows, and takes the authority that gave it', async () => {
    proves('did.name.claim');
    const t = await town();
    const by = [t.publisher.signer];
    await t.claim(ACME, t.publisher, t.domain);
    const first = await t.claim(TOOL, t.tool, t.byPublisher, { by });
    const heir = await identity(6, { type: 'tool', parent: t.publisher, clock });
    await t.resolver.add(heir.keyLog);
    expect(await codeRejectedBy(t.claim(TOOL, t.tool, t.byPublisher, { by, prev: first.id }))).toBe(
      'DID_NAME_TAKEN',
    );
    expect(await codeRejectedBy(t.claim(TOOL, heir, t.byPublisher, { by }))).toBe('DID_NAME_TAKEN');
    await t.claim('did:tessorium:publisher:rival:v1', t.rival, t.rivals);
    expect(
      await codeRejectedBy(t.claim(TOOL, t.rivalTool, t.byRival, { by: [t.rival.signer], prev: first.id })),
    ).toBe('DID_NAME_UNAUTHORISED');
    expect((await t.registry.lookup(TOOL))?.did).toBe(t.tool.did);
    const second = await t.claim(TOOL, heir, t.byPublisher, { by, prev: first.id });
    const now = await resolveName(TOOL, { registry: t.registry, resolver: t.resolver });
    expect(now).toMatchObject({ did: heir.did, claim: second.id, prev: first.id });
    expect((await t.registry.history(TOOL)).map(({ did }) => did)).toEqual([t.tool.did, heir.did]);
    expect(
      await codeRejectedBy(
        t.claim('isnad:a3f8b2', t.tool, t.byOperator, { by: [t.operator], prev: first.id }),
      ),
    ).toBe('DID_BAD_CLAIM');
  });

  it('in another version is still of the same family: nobody publishes v2 of somebody else', async () => {
    proves('did.name.version-tag', 'flaw.D4');
    const t = await town();
    await t.claim(ACME, t.publisher, t.domain);
    await t.claim('did:tessorium:publisher:rival:v1', t.rival, t.rivals);
    await t.claim(TOOL, t.tool, t.byPublisher, { by: [t.publisher.signer] });
    const v2 = 'did:tessorium:tool:github-api:v2';
    expect(await codeRejectedBy(t.claim(v2, t.rivalTool, t.byRival, { by: [t.rival.signer] }))).toBe(
      'DID_NAME_UNAUTHORISED',
    );
    expect(await codeRejectedBy(t.claim('did:tessorium:publisher:acme:v2', t.rival, t.rivals))).toBe(
      'DID_NAME_UNAUTHORISED',
    );
    await t.claim(v2, t.tool, t.byPublisher, { by: [t.publisher.signer] });
    // Both versions are the one identity: what follows it is not shed with a tag.
    const dids = await Promise.all([TOOL, v2].map(async (name) => (await resolveName(name, t)).did));
    expect(dids).toEqual([t.tool.did, t.tool.did]);
  });

  it('of a frozen, terminated or unknown identity resolves to nobody', async () => {
    const t = await town();
    await t.claim(ACME, t.publisher, t.domain);
    const empty = memoryResolver();
    expect(await codeRejectedBy(resolveName(ACME, { registry: t.registry, resolver: empty }))).toBe(
      'DID_UNRESOLVED',
    );
  });
});

describe('a claim', () => {
  it('is of an identity for a name of its type, and says nothing else', async () => {
    const t = await town();
    const sign = (change: object) =>
      signEnvelope({
        type: 'ttp/name-claim@1',
        head: { iss: t.tool.did, iat: NOW },
        body: { v: 1, name: TOOL, did: t.tool.did, authority: { ...t.byPublisher }, ...change },
        signers: [t.tool.signer, t.publisher.signer],
      });
    const bad: readonly object[] = [
      { name: 'did:tessorium:agent:github-api:v1' },
      { name: 'did:service:acme:api:1.0.0' },
      { name: t.tool.did },
      { did: 'did:web:acme.com' },
      { did: t.publisher.did },
      { authority: { kind: 'domain', domain: 'acme.com' } },
      { authority: { kind: 'publisher', did: t.tool.did } },
      { authority: { kind: 'first-come' } },
      { authority: { kind: 'operator', did: t.operator.did, also: 1 } },
      { prev: 'x' },
      { v: 2 },
      { live: true },
    ];
    for (const change of bad)
      expect(await codeRejectedBy(t.registry.claim(await sign(change)))).toBe('DID_BAD_CLAIM');
    expect(await codeRejectedBy(t.registry.claim(await sign({ name: 'did:tessorium:tool:GitHub:v1' })))).toBe(
      'DID_BAD_SYNTAX',
    );
    const posing = await signEnvelope({
      type: 'ttp/name-claim@1',
      head: { iss: t.rival.did, iat: NOW },
      body: { v: 1, name: TOOL, did: t.tool.did, authority: { ...t.byPublisher } },
      signers: [t.tool.signer, t.publisher.signer],
    });
    expect(await codeRejectedBy(t.registry.claim(posing))).toBe('DID_BAD_CLAIM');
  });

  it('of two at once one is taken', async () => {
    const t = await town();
    await t.claim(ACME, t.publisher, t.domain);
    const heir = await identity(6, { type: 'tool', parent: t.publisher, clock });
    await t.resolver.add(heir.keyLog);
    const other = t.open();
    const claims = await Promise.all(
      [t.tool, heir].map(({ did, signer }) =>
        signNameClaim(
          { name: TOOL, did, authority: t.byPublisher },
          { signers: [signer, t.publisher.signer], clock },
        ),
      ),
    );
    const codes = await Promise.all(
      claims.map((one, i) => codeRejectedBy((i === 0 ? t.registry : other).claim(one))),
    );
    expect(new Set(codes)).toEqual(new Set(['DID_NAME_TAKEN', undefined]));
    expect(await t.registry.lookup(TOOL)).toEqual(await other.lookup(TOOL));
  });

  it('with any byte changed in the log or on the way crashes nothing', async () => {
    const t = await town();
    const { claim } = await t.claim(ACME, t.publisher, t.domain);
    const text = encodeEnvelope(claim);
    await withSeed('claim mutation', 300, async (random) => {
      const at = random.int(text.length);
      const changed =
        text.slice(0, at) + random.pick(['', '0', '"', '{', '}', ',', 'x', '\u0000']) + text.slice(at + 1);
      const code = await codeRejectedBy(t.registry.claim(changed));
      expect(code).toMatch(/^(?:DID|CRYPTO|CORE)_/);
      expect(codeThrownBy(() => decodeNameEntry(changed, 0n))).toMatch(/^(?:DID|CRYPTO|CORE)_/);
    });
  });
});

describe('a registry over HTTP', () => {
  it('is believed as far as its log goes, and no further', async () => {
    proves('did.name.claim');
    const t = await town();
    await t.claim(ACME, t.publisher, t.domain);
    const entries: string[] = [];
    for await (const bytes of t.log('names').read(0n, 9n)) entries.push(fromUtf8(bytes));
    const [entry = ''] = entries;
    const logKey = testSigner(71).publicKey;
    const leaf = hashBytes(concatBytes(Uint8Array.of(0), new TextEncoder().encode(entry)));
    const root = leaf; // of a tree of one
    expect((await t.registry.lookup(ACME))?.checkpoint).toEqual({ size: 1n, root });
    const proofs: LogProofs = {
      verify: (hash, proof, key) =>
        hash === leaf && proof['path'] === 'good' && key === logKey
          ? { index: 0n, size: 1n, root }
          : undefined,
    };
    const url = 'https://registry.example/names/';
    const ask = (answer: unknown, name = ACME, resolver = t.resolver) =>
      remoteNameRegistry({
        url,
        logKey,
        proofs,
        resolver,
        web: webOf({ [`${url}${encodeURIComponent(name)}`]: JSON.stringify(answer) }),
      }).lookup(name);
    const good = { entry, index: '0', proof: { path: 'good' } };
    expect(await ask(good)).toMatchObject({
      did: t.publisher.did,
      index: 0n,
      checkpoint: { size: 1n, root },
    });
    expect(await codeRejectedBy(ask({ ...good, index: '1' }))).toBe('DID_NAME_UNPROVED');
    expect(await ask({ entry: null })).toBeUndefined();
    expect(await codeRejectedBy(ask({ ...good, proof: { path: 'bad' } }))).toBe('DID_NAME_UNPROVED');
    expect(await codeRejectedBy(ask({ ...good, entry: entry.replace('acme', 'acne') }))).toBe(
      'DID_NAME_UNPROVED',
    );
    expect(await codeRejectedBy(ask(good, TOOL))).toBe('DID_BAD_CLAIM');
    expect(await codeRejectedBy(ask({ ...good, index: -1 }))).toBe('DID_BAD_CLAIM');
    expect(await codeRejectedBy(ask([]))).toBe('DID_BAD_DOCUMENT');
    expect(await codeRejectedBy(ask(good, ACME, memoryResolver()))).toBe('DID_UNRESOLVED');
    // The registry's log may list it: without the identity's own signature it is nobody's.
    const rotated = await rotateIdentity(t.publisher, { random: seededRandom(9), clock });
    const after = memoryResolver({ clock });
    await after.add(rotated.keyLog);
    expect(await codeRejectedBy(ask(good, ACME, after))).toBe('CRYPTO_ENVELOPE_KEY_UNKNOWN');
  });
});

it('a name is never an identity', async () => {
  proves('flaw.D1');
  const t = await town();
  const did: Did = asDid(ACME);
  expect(await codeRejectedBy(t.resolver.resolve(did))).toBe('DID_METHOD_UNSUPPORTED');
});
