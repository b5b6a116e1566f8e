import type { Envelope } from '@ttp/core';
import { encodeEnvelope, envelopeId, signEnvelope } from '@ttp/crypto';
import { codeRejectedBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type Delegation, edgesOf, planCascade, signDelegation, signGrant } from '../../src/index.js';
import { agents, author, BROAD, chainOf, didOf, NOW, officer, open, operators, reviewer } from './agents.js';

/** Code and field of a refusal. */
async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return [Reflect.get(Object(error), 'code'), Reflect.get(Object(error), 'field')];
  }
}

describe('a chain', () => {
  it('from an operator to an agent allows what its last link says', async () => {
    const chain = await chainOf(
      {},
      { resources: ['bank:accounts/7/*'], budget: { currency: 'USD', micros: 10 } },
      { capabilities: ['payment:process'], notAfter: NOW + 500 },
    );
    const opened = await open(chain);
    expect(opened.scope).toEqual({
      subject: didOf(2),
      capabilities: ['payment:process'],
      resources: ['bank:accounts/7/*'],
      budget: { currency: 'USD', micros: 10 },
      depth: 5,
      notAfter: NOW + 500,
    });
    expect(opened.operator).toBe(author.kid);
    expect(opened.links.map(({ issuer }) => issuer)).toEqual([author.did, didOf(0), didOf(1)]);
    expect(opened.links.map(({ id }) => id)).toEqual(chain.map(envelopeId));
    expect(await open(chain.map((link) => encodeEnvelope(link)))).toEqual(opened);
  });

  it('ends with its last link, to the millisecond', async () => {
    const chain = await chainOf({}, { notAfter: NOW + 500 });
    expect(await codeRejectedBy(open(chain, { now: NOW + 499 }))).toBeUndefined();
    for (const now of [NOW + 500, Number.NaN])
      expect(await codeRejectedBy(open(chain, { now }))).toBe('GUARD_DELEGATION_EXPIRED');
  });

  it.for<[string, Partial<Delegation>, string]>([
    ['a capability more', { capabilities: ['data:read', 'data:phi', 'agent:delegate'] }, 'capabilities'],
    ['a resource beside', { resources: ['bank:accounts/1', 'bank:ledger/1'] }, 'resources'],
    ['a resource above', { resources: ['bank:**'] }, 'resources'],
    ['a pattern that only looks narrower', { resources: ['bank:*/accounts'] }, 'resources'],
    ['every resource', { resources: ['*'] }, 'resources'],
    ['a micro-unit more', { budget: { currency: 'USD', micros: 1001 } }, 'budget'],
    ['another currency', { budget: { currency: 'EUR', micros: 1 } }, 'budget'],
    ['as many links as the one before it', { depth: 7 }, 'depth'],
    ['a millisecond more', { notAfter: NOW + 1001 }, 'notAfter'],
  ])('that gives %s is refused', async ([, change, member]) => {
    const refusal = refusalOf(open(await chainOf({}, change)));
    expect(await refusal).toEqual(['GUARD_DELEGATION_WIDENS', `[1].body.${member}`]);
  });

  it('is as long as its depth allows, and never longer than 8 links', async () => {
    const eight = await chainOf({}, {}, {}, {}, {}, {}, {}, {});
    expect((await open(eight)).scope.depth).toBe(0);
    const nine = await chainOf({}, {}, {}, {}, {}, {}, {}, {}, { depth: 0 });
    expect(await codeRejectedBy(open(nine))).toBe('GUARD_DELEGATION_LENGTH');
    expect(await codeRejectedBy(open([]))).toBe('GUARD_DELEGATION_LENGTH');
    expect(await refusalOf(open(await chainOf({ depth: 1 }, {}, { depth: 0 })))).toEqual([
      'GUARD_DELEGATION_WIDENS',
      '[2].body.depth',
    ]);
  });

  it('in which somebody stands twice is refused', async () => {
    const back = await chainOf({}, {}, { subject: didOf(0) });
    expect(await refusalOf(open(back, { subject: didOf(0) }))).toEqual([
      'GUARD_DELEGATION_CYCLE',
      '[2].body.subject',
    ]);
    const self = await chainOf({}, { subject: didOf(0) });
    expect(await codeRejectedBy(open(self, { subject: didOf(0) }))).toBe('GUARD_DELEGATION_CYCLE');
  });

  it('whose delegator was given no leave to delegate is refused', async () => {
    const chain = await chainOf({ capabilities: ['data:read'] }, {});
    expect(await codeRejectedBy(open(chain.slice(0, 1)))).toBeUndefined();
    expect(await refusalOf(open(chain))).toEqual(['GUARD_DELEGATION_FORBIDDEN', '[0].body.capabilities']);
  });

  it('is refused for anybody but its last subject', async () => {
    const chain = await chainOf({}, {});
    expect(await codeRejectedBy(open(chain, { subject: didOf(0) }))).toBe('GUARD_DELEGATION_SUBJECT');
    expect(await codeRejectedBy(open(chain.slice(0, 1), { subject: didOf(1) }))).toBe(
      'GUARD_DELEGATION_SUBJECT',
    );
  });

  it('with a link left out, doubled, in another order or from another chain is refused', async () => {
    const chain = await chainOf({}, {}, {});
    const other = await chainOf({ notAfter: NOW + 900 }, {}, {});
    const [a, b, c] = chain;
    const [, , z] = other;
    if (a === undefined || b === undefined || c === undefined || z === undefined)
      throw new Error('three links');
    const subject = didOf(2);
    const bad: readonly (readonly Envelope[])[] = [
      [a, c],
      [b, c],
      [c],
      [a, a, b, c],
      [a, c, b],
      [b, a, c],
      [a, b, z],
    ];
    for (const some of bad)
      expect(await codeRejectedBy(open(some, { subject }))).toMatch(/^(GUARD_DELEGATION|CRYPTO)_/);
    expect(await refusalOf(open([a, b, z], { subject }))).toEqual([
      'GUARD_DELEGATION_BROKEN',
      '[2].head.prev',
    ]);
    expect(await refusalOf(open([b, c], { subject }))).toEqual(['GUARD_DELEGATION_BROKEN', '[0].head.prev']);
  });

  it('is signed by the subject of the link before, and by nobody else', async () => {
    const [root] = await chainOf({});
    if (root === undefined) throw new Error('a link');
    const body = { ...BROAD, subject: didOf(1), depth: 1 };
    for (const signer of [agents[5], author, reviewer]) {
      if (signer === undefined) throw new Error('a signer');
      const link = await signDelegation(body, signer, { now: NOW, after: envelopeId(root) });
      expect(await codeRejectedBy(open([root, link]))).toBe('CRYPTO_ENVELOPE_FOREIGN_SIGNER');
    }
    const [, good] = await chainOf({}, {});
    const changed = { ...good, body: { ...good?.body, depth: 0 } } as Envelope;
    expect(await codeRejectedBy(open([root, changed]))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
    expect(await codeRejectedBy(open([root, 'x']))).toMatch(/^CRYPTO_/);
  });

  it('says that it comes from whoever signed it', async () => {
    const [root] = await chainOf({});
    const [signer] = agents;
    if (root === undefined || signer === undefined) throw new Error('a link');
    const posing = await signEnvelope({
      type: 'ttp/delegation@1',
      head: { iss: author.did, iat: NOW, prev: envelopeId(root) },
      body: { ...BROAD, budget: { ...BROAD.budget }, subject: didOf(1), depth: 1 },
      signers: [signer],
    });
    expect(await refusalOf(open([root, posing]))).toEqual(['GUARD_DELEGATION_BROKEN', '[1].head.iss']);
  });

  it('begins with an operator who may sign policies', async () => {
    for (const [signer, code] of [
      [officer, 'CRYPTO_OPERATOR_PRIVILEGE'],
      [agents[4], 'GUARD_DELEGATION_FORBIDDEN'],
    ] as const) {
      if (signer === undefined) throw new Error('a signer');
      const link = await signDelegation(BROAD, signer, { now: NOW });
      expect(await codeRejectedBy(open([link]))).toBe(code);
    }
    const [link] = await chainOf({});
    if (link === undefined) throw new Error('a link');
    const { operators: _, ...others } = { operators, subject: didOf(0) };
    expect(await codeRejectedBy(open([link], { ...others, operators: undefined as never }))).toMatch(
      /^CRYPTO_/,
    );
  });

  it('gives the edges that a cascade follows', async () => {
    const opened = await open(await chainOf({}, {}, {}));
    const edges = edgesOf(opened);
    expect(edges.map(({ parent, child }) => [parent, child])).toEqual([
      [author.did, didOf(0)],
      [didOf(0), didOf(1)],
      [didOf(1), didOf(2)],
    ]);
    expect(planCascade(didOf(0), edges).steps.map(({ agent }) => agent)).toEqual([didOf(1), didOf(2)]);
  });
});

const grant = (capability: Delegation['capabilities'][number], notAfter = NOW + 1000) =>
  signGrant({ subject: didOf(0), capability, notAfter }, author, NOW);

describe('a chain that an agent begins', () => {
  const [first] = agents;
  const link = (change: Partial<Delegation> = {}) => {
    if (first === undefined) throw new Error('an agent');
    return signDelegation(
      { ...BROAD, subject: didOf(1), capabilities: ['payment:process'], ...change },
      first,
      { now: NOW },
    );
  };
  const opened = async (change: Partial<Delegation>, ...grants: readonly Promise<Envelope>[]) =>
    open([await link(change)], { subject: didOf(1), grants: await Promise.all(grants) });

  it('gives away what operators granted it, with the leave to delegate, and nothing else', async () => {
    const { scope, operator } = await opened({}, grant('agent:delegate'), grant('payment:process'));
    expect(scope.capabilities).toEqual(['payment:process']);
    expect(operator).toBeUndefined();
    const refusal = (...grants: readonly Promise<Envelope>[]) => refusalOf(opened({}, ...grants));
    expect(await refusal()).toEqual(['GUARD_DELEGATION_FORBIDDEN', '[0].head.iss']);
    expect(await refusal(grant('payment:process'))).toEqual(['GUARD_DELEGATION_FORBIDDEN', '[0].head.iss']);
    expect(await refusal(grant('agent:delegate'))).toEqual([
      'GUARD_DELEGATION_WIDENS',
      '[0].body.capabilities',
    ]);
    const foreign = signGrant(
      { subject: didOf(3), capability: 'agent:delegate', notAfter: NOW + 1 },
      author,
      NOW,
    );
    expect(await refusal(foreign)).toEqual(['GUARD_GRANT_SUBJECT', 'body.subject']);
  });

  const refusalBy = (delegate: number, pay: number) =>
    refusalOf(
      opened(
        {},
        grant('agent:delegate', delegate),
        grant('payment:process', pay),
        grant('data:phi', NOW + 1),
      ),
    );

  it('is not for itself', async () => {
    const own = await link({ subject: didOf(0) });
    const grants = [await grant('agent:delegate'), await grant('payment:process')];
    expect(await refusalOf(open([own], { subject: didOf(0), grants }))).toEqual([
      'GUARD_DELEGATION_CYCLE',
      '[0].body.subject',
    ]);
  });

  it('lasts no longer than what was granted, and the leave to delegate', async () => {
    expect(await refusalBy(NOW + 1000, NOW + 1000)).toBeUndefined();
    const wider = ['GUARD_DELEGATION_WIDENS', '[0].body.notAfter'];
    expect(await refusalBy(NOW + 999, NOW + 1000)).toEqual(wider);
    expect(await refusalBy(NOW + 1000, NOW + 999)).toEqual(wider);
  });
});

describe('a delegation', () => {
  it.for<[string, object, string]>([
    ['a subject that is a name', { subject: 'did:tessorium:agent:a:v1' }, 'GUARD_DELEGATION_INVALID'],
    ['a subject in no text', { subject: 1 }, 'GUARD_DELEGATION_INVALID'],
    ['a subject that is no DID', { subject: 'did:ttp:agent: ' }, 'CORE_BAD_DID'],
    ['a capability outside the registry', { capabilities: ['system:admin'] }, 'CORE_UNKNOWN_TERM'],
    ['a capability twice', { capabilities: ['data:read', 'data:read'] }, 'GUARD_DELEGATION_INVALID'],
    ['a capability in no text', { capabilities: [1] }, 'GUARD_DELEGATION_INVALID'],
    ['capabilities in no list', { capabilities: 'data:read' }, 'GUARD_DELEGATION_INVALID'],
    ['a resource in no text', { resources: [1] }, 'GUARD_DELEGATION_INVALID'],
    ['too many resources', { resources: Array.from({ length: 33 }, () => 'a') }, 'GUARD_DELEGATION_INVALID'],
    ['a resource that is too long', { resources: ['a'.repeat(2049)] }, 'GUARD_DELEGATION_INVALID'],
    ['no budget', { budget: {} }, 'GUARD_BUDGET_MONEY'],
    ['a negative budget', { budget: { currency: 'USD', micros: -1 } }, 'GUARD_BUDGET_MONEY'],
    [
      'a budget with a member more',
      { budget: { currency: 'USD', micros: 1, per: 'day' } },
      'GUARD_BUDGET_MONEY',
    ],
    ['a negative depth', { depth: -1 }, 'GUARD_DELEGATION_INVALID'],
    ['a depth that is longer than a chain', { depth: 8 }, 'GUARD_DELEGATION_INVALID'],
    ['no end', { notAfter: undefined }, 'GUARD_DELEGATION_INVALID'],
    ['an end in text', { notAfter: '1' }, 'GUARD_DELEGATION_INVALID'],
    ['a member more', { every: true }, 'GUARD_DELEGATION_INVALID'],
  ])('is neither signed nor opened with %s', async ([, members, code]) => {
    const body = { ...BROAD, ...members };
    expect(await codeRejectedBy(signDelegation(body, author, { now: NOW }))).toBe(code);
    const forged = await signEnvelope({
      type: 'ttp/delegation@1',
      head: { iss: author.did, iat: NOW },
      body: JSON.parse(JSON.stringify(body)),
      signers: [author],
    });
    expect(await codeRejectedBy(open([forged]))).toBe(code);
  });

  it('is not opened with a resource that is no pattern', async () => {
    expect(await codeRejectedBy(open(await chainOf({ resources: ['bank:a/../b'] })))).toBe('SPL_BAD_PATTERN');
  });
});
