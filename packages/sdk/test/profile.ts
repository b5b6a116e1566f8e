import {
  asTraceId,
  type EvidenceSource,
  type Interaction,
  type Json,
  type Obligation,
  type Permit,
  type Profile,
} from '@ttp/core';
import { NO_BEHAVIOR, trustReport } from '@ttp/score';
import type { Rig } from './rig.js';

/** Facts of a verified agent without history, as sources that answer at once. */
export function sources(
  { clock }: Rig,
  replaced: Readonly<Record<string, EvidenceSource>> = {},
): EvidenceSource[] {
  const trust = trustReport({
    identityVerified: true,
    killed: false,
    revoked: false,
    attestations: [],
    behavior: NO_BEHAVIOR,
    securityEvents: [],
  });
  const facts: Record<string, Json> = {
    identity: { verified: true, method: 'challenge-response' },
    trust,
    fraud: { risk: 0, signals: [] },
    activity: { requestRate: 1, errorRate: 0 },
  };
  const given = Object.entries(facts).map(
    ([name, value]): EvidenceSource => ({
      name,
      gather: async () => ({ value, at: clock.now(), validFor: 60_000 }),
    }),
  );
  const names = new Set(given.map(({ name }) => name));
  return [
    ...given.map((source) => replaced[source.name] ?? source),
    ...Object.values(replaced).filter(({ name }) => !names.has(name)),
  ];
}

export interface Scenario {
  readonly obligations?: readonly string[];
  readonly evidence?: readonly EvidenceSource[];
  readonly perform?: (permit: Permit) => Promise<Json>;
  readonly feedback?: () => Promise<void>;
  /** Replaces what is made of `obligations`. */
  readonly obliges?: Profile<Interaction, Json>['obligations'];
}

/** An interaction that the rig's policy allows, and a profile around `scenario`. */
export function scene(r: Rig, scenario: Scenario = {}): [Profile<Interaction, Json>, Interaction] {
  const { obligations = [], evidence = sources(r), perform = async () => 'value', feedback } = scenario;
  const obliged = obligations.map((kind): Obligation => ({ kind, from: 'profile:test', params: {} }));
  const profile: Profile<Interaction, Json> = {
    mode: 'a2t',
    evidence,
    obligations: scenario.obliges ?? (() => obliged),
    perform: (_, permit) => perform(permit),
    ...(feedback === undefined ? {} : { feedback }),
  };
  const interaction: Interaction = {
    id: 'AAAAAAAAAAAAAAAAAAAAAA',
    mode: 'a2t',
    trace: asTraceId('0af7651916cd43dd8448eb211c80319c'),
    agent: r.ttp.did,
    target: 'local/read_file',
    action: 'read',
    resource: 'file:data/a',
    input: { path: 'data/a' },
    claims: {},
    at: r.clock.now(),
  };
  return [profile, interaction];
}
