import {
  type Clock,
  type EvidenceSource,
  type Interaction,
  isJsonObject,
  type Json,
  type Random,
  type Stage,
} from '@ttp/core';
import { createReplayGuard, createSigner, frozenJson, generateKeyPair, IDENTITY_PURPOSES } from '@ttp/crypto';
import {
  createChallenge,
  didKey,
  didKeyDocument,
  documentOf,
  type Identity,
  type Party,
  respondToChallenge,
} from '@ttp/did';
import { capabilitiesOf } from '@ttp/guard';
import { descendantFacts, type TrustReport, trustReport } from '@ttp/score';
import type { Activity } from './activity.js';
import { IDENTITY_VALID_MS, LOCAL_FACT_VALID_MS } from './limits.js';
import { parentOf } from './lineage.js';
import type { TtpOptions } from './options.js';
import type { Reputation } from './reputation/reputation.js';

/** What the sources run on. */
interface SourcePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly resolver: TtpOptions['resolver'];
  /** The kill epoch of the agent: what was verified in another one counts no more (decision D33). */
  readonly epoch: () => number;
  /** What others say of the agent; without it nobody rates it and nobody vouches for it. */
  readonly reputation?: Reputation | undefined;
}

/** A fact that is computed on the spot, without asking anybody outside this process. */
export const localSource = (
  name: string,
  clock: Clock,
  value: (interaction: Interaction, signal: AbortSignal) => Promise<Json>,
): EvidenceSource => ({
  name,
  gather: async (i, signal) => ({
    value: await value(i, signal),
    at: clock.now(),
    validFor: LOCAL_FACT_VALID_MS,
  }),
});

/**
 * Whether the agent holds the key that its key log names: a real challenge-response against a verifier of this
 * process, repeated when the answer is older than 5 min.
 */
function identitySource(identity: Identity, { clock, random, resolver, epoch }: SourcePorts): EvidenceSource {
  const { seed, publicKey } = generateKeyPair(random);
  const did = didKey(publicKey);
  const kid = `${did}#${did.slice('did:key:'.length)}`;
  const verifier: Party = { did, signer: createSigner({ seed, kid, purposes: IDENTITY_PURPOSES }) };
  // Both sides live in this process: no challenge from before it was started can be answered.
  const replay = createReplayGuard({ bootAt: 0 });
  let last: { readonly at: number; readonly epoch: number; readonly value: Promise<Json> } | undefined;

  async function challenge(): Promise<Json> {
    const pending = await createChallenge({ verifier, prover: identity.did, clock, random });
    const response = await respondToChallenge({
      challenge: pending.challenge,
      prover: identity,
      verifier: didKeyDocument(did),
      clock,
      random,
      replay,
    });
    // A child's key log verifies with its parent's, and a recovery with the time it was seen: a resolver knows both.
    const document =
      resolver !== undefined && (parentOf(identity) !== undefined || wasRecovered(identity))
        ? await resolver.resolve(identity.did)
        : documentOf(identity.keyLog);
    const { verified } = pending.verify({ response, document, replay });
    return frozenJson({ verified, method: 'challenge-response' });
  }

  return {
    name: 'identity',
    async gather() {
      const at = clock.now();
      const current = epoch();
      if (last === undefined || last.epoch !== current || at - last.at > IDENTITY_VALID_MS) {
        // Calls that come together share one challenge; one that failed is not remembered.
        const asked = { at, epoch: current, value: challenge() };
        last = asked;
        asked.value.catch(() => {
          if (last === asked) last = undefined;
        });
      }
      return { at: last.at, value: await last.value, validFor: IDENTITY_VALID_MS + LOCAL_FACT_VALID_MS };
    },
  };
}

/** Whether somebody without the key in force took the identity over, or tried to. */
const wasRecovered = ({ keyLog }: Identity): boolean => keyLog.some(({ body }) => body['op'] === 'recover');

/** What this enforcement point can find out about its own agent, without asking anybody else. */
export function agentSources(
  identity: Identity,
  activity: Activity,
  ports: SourcePorts,
): readonly EvidenceSource[] {
  const { clock, reputation } = ports;
  const verified = identitySource(identity, ports);
  /** What each stage grants, as the same fact every time: it is copied and frozen once. */
  const granted = new Map<Stage, Json>();
  let asked: { readonly interaction: Interaction; readonly report: Promise<TrustReport> } | undefined;

  /** Two sources need the report of one moment: those that ask for it together share it. */
  function report(interaction: Interaction, signal: AbortSignal): Promise<TrustReport> {
    if (asked?.interaction === interaction) return asked.report;
    const mine = { interaction, report: reportNow(interaction, signal) };
    const forget = (): void => {
      if (asked === mine) asked = undefined;
    };
    mine.report.then(forget, forget);
    asked = mine;
    return mine.report;
  }

  /** A killed agent never gets this far. */
  async function reportNow(i: Interaction, signal: AbortSignal): Promise<TrustReport> {
    const { facts, above = [] } = (await reputation?.now()) ?? { facts: UNRATED };
    const own = {
      identityVerified: isVerified((await verified.gather(i, signal)).value),
      killed: false,
      revoked: false,
      behavior: activity.behavior(),
      ...facts,
    };
    return trustReport(above.length === 0 ? own : descendantFacts(own, above));
  }

  function capabilitiesAt(stage: Stage): Json {
    let capabilities = granted.get(stage);
    if (capabilities === undefined) granted.set(stage, (capabilities = frozenJson(capabilitiesOf(stage))));
    return capabilities;
  }

  // No ratings, so there is nothing that could have been forged.
  const noFraud = frozenJson({ risk: 0, signals: [] });
  const vouch = localSource('vouch', clock, async () => ({
    vouched: (await reputation?.now())?.vouched === true,
  }));
  return [
    verified,
    localSource('trust', clock, report),
    localSource('capabilities', clock, async (i, signal) => capabilitiesAt((await report(i, signal)).stage)),
    localSource('fraud', clock, async () => (await reputation?.now())?.fraud ?? noFraud),
    activity.source,
    ...(reputation === undefined ? [] : [vouch]),
  ];
}

/** Nobody says anything of it. */
const UNRATED = { attestations: [], securityEvents: [] } as const;

const isVerified = (value: Json): boolean => isJsonObject(value) && value['verified'] === true;
