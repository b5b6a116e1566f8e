import { asDid, type Decision, type Evidence, type Fact, type Operator, type Operators } from '@ttp/core';
import { signEnvelope } from '@ttp/crypto';
import { codeRejectedBy, proves, type TestSigner, testSigner, withSeed } from '@ttp/testkit';
import {
  type DecideInput,
  decide,
  decisionHash,
  isOverridable,
  OVERRIDE_LIFE_MAX_MS,
  openOverride,
  signOverride,
} from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf, draw, evidence, evidenceOf, fact, interaction, NOW, policyOf, trust } from './cases.js';

const operator = testSigner(1);
const reviewer = testSigner(2);
const stranger = testSigner(3);
const entry = (signer: TestSigner, human: string, privileges: Operator['privileges']): Operator => ({
  id: signer.kid,
  kid: signer.kid,
  publicKey: signer.publicKey,
  human,
  level: 3,
  privileges,
});
const roster = [
  entry(operator, 'ada', ['intervene:override']),
  entry(reviewer, 'bob', ['review:final', 'policy:sign', 'kill:reinstate']),
];
const operators: Operators = { byKid: async (kid) => roster.find((one) => one.kid === kid) };

/** Evidence of a call that risk denies softly. */
const risky = (risk: number, more: { readonly [source: string]: Fact } = {}): Evidence =>
  evidence({ fraud: fact({ risk, signals: [] }), ...more });
const softly = (risk = 6000): DecideInput => caseOf({ evidence: risky(risk) });
const denied = decide(softly());

const signed = (changes: Partial<Parameters<typeof signOverride>[0]> = {}, signer = operator) =>
  signOverride({ denied, interaction, notAfter: NOW + 5000, reason: 'known good', ...changes }, signer, NOW);

/** The same call, made again. */
const again = { ...interaction, id: 'another', at: NOW + 100 };
const context = { denied, interaction: again, operators, now: NOW + 200 };

/** What the call comes to with the override in its evidence. */
async function overruled(changes: Partial<DecideInput> = {}, given = denied): Promise<Decision> {
  const envelope = await signed({ denied: given });
  const value = await openOverride(envelope, { ...context, denied: given });
  const input = { ...softly(), interaction: again, ...changes };
  const facts = { ...input.evidence.facts, override: fact({ ...value }) };
  return decide({ ...input, evidence: { ...input.evidence, facts } });
}

describe('an override', () => {
  it('lets a soft denial through with a warning, says so, and obliges to be used once', async () => {
    proves('tre.outcome.deny-soft');
    expect(denied).toMatchObject({ outcome: 'deny-soft', humanOverridable: true });
    const decision = await overruled();
    expect(decision.outcome).toBe('warn');
    expect(decision.risk).toEqual(denied.risk);
    expect(decision.reasons.at(-1)).toMatchObject({ code: 'TRE_OVERRIDDEN' });
    expect(decision.reasons.at(-1)?.text).toContain(operator.kid);
    expect(decision.obligations.map(({ kind, from }) => [kind, from])).toEqual([
      ['alert', 'risk'],
      ['override', 'override'],
    ]);
    expect(decision.obligations.at(-1)?.params).toMatchObject({ decision: decisionHash(denied) });
  });

  it('covers every ground of a soft denial, and no other one', async () => {
    const sensitive = { resource: fact({ dataClassification: 'confidential' }) };
    const alone = decide(caseOf({ evidence: evidence(sensitive) }));
    expect(alone.outcome).toBe('deny-soft');
    expect((await overruled({ evidence: evidence(sensitive) }, alone)).outcome).toBe('warn');
    const unsure = decide(caseOf({ evidence: evidence({ trust: undefined }) }));
    expect(unsure.outcome).toBe('deny-soft');
    expect((await overruled({ evidence: evidence({ trust: undefined }) }, unsure)).outcome).toBe('warn');
    // The operator saw the risk, and not that the data is confidential.
    expect((await overruled({ evidence: risky(6000, sensitive) })).outcome).toBe('deny-soft');
    // Of the same level more risk is the same ground; a denial for other reasons covers no high risk.
    expect((await overruled({ evidence: risky(7999) })).outcome).toBe('warn');
    expect((await overruled({ evidence: risky(6000, sensitive) }, alone)).outcome).toBe('deny-soft');
  });

  it('never lifts a hard denial', async () => {
    proves('tre.outcome.deny-hard');
    const hard = [
      { policy: policyOf('deny') },
      { evidence: risky(8000) },
      { evidence: risky(6000, { trust: fact(trust({ killed: true })) }) },
      { evidence: risky(6000, { identity: fact({ verified: false, method: 'none' }) }) },
    ];
    for (const changes of hard) {
      const decision = decide(caseOf(changes));
      expect(isOverridable(decision)).toBe(false);
      expect(await codeRejectedBy(signed({ denied: decision }))).toBe('TRE_NOT_OVERRIDABLE');
      // Not even with an override of a soft denial in the evidence.
      expect((await overruled(changes)).outcome).toBe('deny-hard');
    }
    // Nor where somebody signed for one by hand.
    const decision = decide(caseOf({ policy: policyOf('deny') }));
    const { id, trace, at } = interaction;
    const call = { id, trace, at };
    const forged = await signEnvelope({
      type: 'ttp/override@1',
      head: { iss: operator.did, iat: NOW },
      body: { decision: decisionHash(decision), call, epoch: 0, notAfter: NOW + 5000, reason: 'x' },
      signers: [operator],
    });
    expect(await codeRejectedBy(openOverride(forged, { ...context, denied: decision }))).toBe(
      'TRE_NOT_OVERRIDABLE',
    );
  });

  it('is of one kill epoch, one policy and one time', async () => {
    const base = softly().evidence;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the next epoch
    const killed = { ...base, epoch: 1 as typeof base.epoch };
    expect((await overruled({ evidence: killed })).outcome).toBe('deny-soft');
    const armed = policyOf('allow', { description: 'armed since' });
    expect((await overruled({ policy: armed })).outcome).toBe('deny-soft');
    const at = (now: number): Evidence => ({
      ...base,
      now,
      facts: Object.fromEntries(Object.entries(base.facts).map(([name, f]) => [name, { ...f, at: now }])),
    });
    expect((await overruled({ evidence: at(NOW + 900) })).outcome).toBe('warn');
    expect((await overruled({ evidence: at(NOW + 4999) })).outcome).toBe('deny-soft'); // the fact is stale
    const envelope = await signed({ notAfter: NOW + 500 });
    expect(await codeRejectedBy(openOverride(envelope, { ...context, now: NOW + 500 }))).toBe(
      'TRE_OVERRIDE_EXPIRED',
    );
    const value = await openOverride(envelope, { ...context, now: NOW + 499 });
    const given = at(NOW + 500);
    const late = { ...given, facts: { ...given.facts, override: fact({ ...value }, NOW + 500) } };
    expect(decide(caseOf({ interaction: again, evidence: late })).outcome).toBe('deny-soft');
  });

  it('is of one call: what differs in more than its id, trace and time is another', async () => {
    const envelope = await signed();
    const open = (changes: object) =>
      codeRejectedBy(openOverride(envelope, { ...context, interaction: { ...again, ...changes } }));
    expect(await open({})).toBeUndefined();
    for (const changes of [
      { input: { path: 'reports/q4.txt' } },
      { resource: 'file:reports/q4.txt' },
      { action: 'write' },
      { target: 'other' },
      { mode: 'a2s' },
      { agent: asDid('did:ttp:agent:QmOther') },
      { claims: { purpose: 'x' } },
      { more: 1 },
    ])
      expect(await open(changes), JSON.stringify(changes)).toBe('TRE_OVERRIDE_MISMATCH');
    const other = decide(softly(6001));
    expect(await codeRejectedBy(openOverride(envelope, { ...context, denied: other }))).toBe(
      'TRE_OVERRIDE_MISMATCH',
    );
    expect(await codeRejectedBy(signed({ interaction: again }))).toBe('TRE_OVERRIDE_MISMATCH');
  });

  it('takes an operator who may override, and is neither the agent nor its owner', async () => {
    const open = async (signer: TestSigner, more = {}) =>
      codeRejectedBy(openOverride(await signed({}, signer), { ...context, ...more }));
    expect(await open(operator)).toBeUndefined();
    expect(await open(reviewer)).toBe('CRYPTO_OPERATOR_PRIVILEGE');
    expect(await open(stranger)).toBe('CRYPTO_OPERATOR_UNKNOWN');
    expect(await open(operator, { operators: undefined })).toBe('TRE_OPERATORS_ABSENT');
    expect(await open(operator, { owners: ['ada'] })).toBe('TRE_OVERRIDE_CONFLICT');
    expect(await open(operator, { owners: ['bob'] })).toBeUndefined();
    const own = { ...interaction, agent: operator.did };
    const mine = decide({ ...softly(), interaction: own });
    const envelope = await signed({ denied: mine, interaction: own });
    expect(await codeRejectedBy(openOverride(envelope, { ...context, denied: mine, interaction: own }))).toBe(
      'TRE_OVERRIDE_CONFLICT',
    );
  });

  it('is refused with the member that is wrong', async () => {
    const { id, trace, at } = interaction;
    const call = { id, trace, at };
    const good = { decision: decisionHash(denied), call, epoch: 0, notAfter: NOW + 5000, reason: 'x' };
    const open = async (body: object) => {
      const head = { iss: operator.did, iat: NOW };
      const whole = { ...good, ...body };
      const envelope = await signEnvelope({ type: 'ttp/override@1', head, body: whole, signers: [operator] });
      return openOverride(envelope, context).then(
        () => undefined,
        ({ code, field }: { code: string; field: string }) => [code, field],
      );
    };
    expect(await open({})).toBeUndefined();
    for (const [member, values] of Object.entries({
      decision: ['x', 7, null],
      call: [null, [], { id, trace }, { ...call, at: -1 }, { ...call, more: 1 }, { ...call, trace: 'x' }],
      epoch: [-1, '0', null],
      notAfter: ['1', -1, NOW, NOW + OVERRIDE_LIFE_MAX_MS + 1],
      reason: ['', ' ', 7, 'x'.repeat(1001)],
      more: [1],
    }))
      for (const value of values)
        expect(await open({ [member]: value }), `${member} ${JSON.stringify(value)}`).toEqual([
          'TRE_OVERRIDE_INVALID',
          `body.${member}`,
        ]);
    expect(await open({ epoch: 1 })).toEqual(['TRE_OVERRIDE_MISMATCH', 'epoch']);
    expect(await codeRejectedBy(signed({ reason: ' ' }))).toBe('TRE_OVERRIDE_INVALID');
    expect(await codeRejectedBy(signed({ notAfter: NOW + OVERRIDE_LIFE_MAX_MS + 1 }))).toBe(
      'TRE_OVERRIDE_INVALID',
    );
  });

  it('counts for nothing where it is malformed or stale, and changes nothing that was no soft denial', () =>
    withSeed('overrides', 200, async (random) => {
      const given = evidenceOf(draw(random));
      const input = caseOf({ policy: random.pick([policyOf('allow'), policyOf('deny')]), evidence: given });
      const before = decide(input);
      const value = await openOverride(await signed(), context);
      const spoiled = random.pick([
        fact({ ...value, grounds: 7 }),
        fact({ ...value, epoch: '0' }),
        fact({ ...value, notAfter: NOW }),
        fact({ ...value }, NOW - 2000),
        fact(null),
      ]);
      const after = decide({
        ...input,
        evidence: { ...given, facts: { ...given.facts, override: spoiled } },
      });
      expect(after.outcome).toBe(before.outcome);
      const whole = fact({ ...value, policy: input.policy.hash });
      const lifted = decide({ ...input, evidence: { ...given, facts: { ...given.facts, override: whole } } });
      if (before.outcome !== 'deny-soft') expect(lifted.outcome).toBe(before.outcome);
      else expect(['warn', 'deny-soft']).toContain(lifted.outcome);
    }));
});
