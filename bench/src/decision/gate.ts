import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemTimer as timer } from '@ttp/adapters/system';
import { asDid, asTraceId, type Evidence, type Interaction } from '@ttp/core';
import { createKillSwitch } from '@ttp/guard';
import { evaluate, loadPolicy, type PolicyRequest } from '@ttp/spl';
import { DEFAULT_THRESHOLDS, type DecideInput, decide, judge } from '@ttp/tre';
import { NO_BEHAVIOR, trustReport } from '../dist.ts';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { agentMesh, meshAction } from './rivals.ts';
import { inputOf, POLICY, RULES } from './world.ts';

const agent = asDid('did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy');
const trace = asTraceId('0123456789abcdef0123456789abcdef');

/** The decision itself: nothing awaited, nothing recorded, no I/O. */
export async function gate(effort: Effort): Promise<RaceResult> {
  const kill = await createKillSwitch({ storage: memory(), clock, timer });
  await kill.enrol(agent, true);
  const epoch = kill.epochOf(agent);
  const permit = kill.permit(agent, epoch);
  const policy = loadPolicy(POLICY, { maxBytes: 1_048_576 });
  const now = clock.now();
  const report = trustReport({
    identityVerified: true,
    killed: false,
    revoked: false,
    attestations: [],
    behavior: NO_BEHAVIOR,
    securityEvents: [],
  });
  const engine = { trustScore: report.totalScore, trustStage: report.stage, identityVerified: true };
  const requests = Array.from({ length: RULES }, (_, i): PolicyRequest => {
    const { path, amount } = inputOf(i);
    const about = { resource: `file:${path}`, action: 'read', now };
    return { ...about, engine, resolver: {}, registry: {}, caller: { request: { path, amount } } };
  });
  const fact = <V>(value: V): { value: V; at: number; validFor: number } => ({
    value,
    at: now,
    validFor: 60_000,
  });
  const evidence: Evidence = {
    now,
    epoch,
    facts: {
      identity: fact({ verified: true, method: 'challenge-response' }),
      trust: fact({ ...report }),
      fraud: fact({ risk: 0, signals: [] }),
    },
    absent: {},
  };
  const interactions = Array.from({ length: RULES }, (_, i): Interaction => {
    const what = {
      target: 'files',
      action: 'read',
      resource: `file:${inputOf(i).path}`,
      input: inputOf(i),
      claims: {},
    };
    return { id: `call-${i}`, mode: 'a2t', trace, agent, at: now, ...what };
  });
  const mesh = agentMesh();
  const effectOf = (request: PolicyRequest | undefined): string => {
    permit.enter();
    if (request === undefined) throw new Error('no request');
    return evaluate(policy, request).effect;
  };
  const inputOfCall = (interaction: Interaction | undefined): DecideInput => {
    permit.enter();
    if (interaction === undefined) throw new Error('no interaction');
    return { interaction, evidence, policy, thresholds: DEFAULT_THRESHOLDS };
  };
  const judged = (interaction: Interaction | undefined): string => judge(inputOfCall(interaction)).outcome;
  const decided = (interaction: Interaction | undefined): string => decide(inputOfCall(interaction)).outcome;
  const result = await race(
    {
      title: 'The gate: one decision in memory',
      work: `${RULES} rules, a permitted call on another folder each time. Checked before: every call is allowed.`,
      contestants: [
        {
          name: 'ttp kill check + score + policy',
          ours: true,
          does: 'permit.enter(), the cached trust report as facts, evaluate over 100 rules',
          run: (i) => effectOf(requests[i % RULES]),
          answer: () => requests.map(effectOf),
        },
        {
          name: 'ttp kill check + judge',
          ours: true,
          does: 'permit.enter(), judge: facts read, policy, risk of the factors, gates, confidence: the outcome and what it obliges to, before anybody asks for the words and the hashes',
          run: (i) => judged(interactions[i % RULES]),
          answer: () => interactions.map(judged),
        },
        {
          name: 'ttp kill check + decide',
          ours: true,
          does: 'permit.enter(), decide: the same with its factors and reasons in words, and the hashes of interaction, evidence and thresholds, by which anybody replays it',
          run: (i) => decided(interactions[i % RULES]),
          answer: () => interactions.map(decided),
        },
        {
          name: '@microsoft/agent-governance-sdk',
          does: 'policy.evaluate: the first of 100 rules by string prefix, no conditions on arguments beyond equality; and trust.getTrustScore. No kill check: its policy asks nobody',
          run: (i) => {
            mesh.trust.getTrustScore('bench');
            return mesh.policy.evaluate(meshAction(i));
          },
          answer: () => requests.map((_, i) => mesh.policy.evaluate(meshAction(i))),
        },
      ],
      bars: [
        {
          bar: 'gate (kill check, cached score, 100-rule policy): at most 1 us p50',
          value: (m) => m.p50('ttp kill check + score + policy'),
          atMost: 1,
          unit: ' us',
          why: 'The time is that of evaluate: see the area policy. Reading the clock for a single operation adds about 0.1 us.',
        },
        {
          bar: 'gate: at most 50 us p99',
          value: (m) => m.p99('ttp kill check + score + policy'),
          atMost: 50,
          unit: ' us',
          why: 'Collections of garbage and other processes fall on single calls.',
        },
        {
          bar: 'gate with judge of @ttp/tre: at most 1 us p50',
          value: (m) => m.p50('ttp kill check + judge'),
          atMost: 1,
          unit: ' us',
          why: 'Every fact is read and its shape checked anew at each decision. Reading the clock for a single operation adds about 0.1 us.',
        },
        {
          bar: 'gate with judge of @ttp/tre: at most 50 us p99',
          value: (m) => m.p99('ttp kill check + judge'),
          atMost: 50,
          unit: ' us',
          why: 'Collections of garbage and other processes fall on single calls.',
        },
        {
          bar: 'one decision over local facts in under 5 ms, p99 (tre.performance)',
          value: (m) => m.p99('ttp kill check + decide') / 1000,
          atMost: 5,
          unit: ' ms',
          why: 'Collections of garbage and other processes fall on single calls.',
        },
      ],
      single: true,
    },
    effort,
  );
  kill.close();
  return result;
}
