import type { Did, ErrorCode, Hash } from '@ttp/core';
import type { Attestation } from './attestation.js';
import type { StatedAt } from './read.js';
import type { Retraction } from './retraction.js';

/** Something about statements that somebody should look at. */
export interface BookFinding {
  readonly code: ErrorCode;
  /** The statement. */
  readonly id: Hash;
  readonly issuer: Did;
}

/** What an issuer says of one session: what was signed of it, and what became of it. */
export interface Slot {
  readonly attestation: Attestation;
  /** When the log took it in, ms. */
  readonly at: number;
  /** The tombstone, where it was taken back. */
  readonly retraction?: Retraction;
}

/**
 * One slot for each session that an issuer rated. Of two ratings of one session the worse counts, from when the first of
 * them came: a second one can neither improve the first nor become the newer voice. Whatever was retracted of a session
 * closes it. The order of the statements, and repetitions among them, change nothing.
 */
export function slotsOf(stated: readonly StatedAt[], findings: BookFinding[]): readonly Slot[] {
  const once = new Map<Hash, StatedAt>();
  for (const one of stated) {
    const known = once.get(one.statement.id);
    if (known === undefined || one.at < known.at) once.set(one.statement.id, one);
  }
  const sessions = new Map<string, Slot[]>();
  const byId = new Map<Hash, Attestation>();
  for (const { statement, at } of once.values()) {
    if (statement.kind !== 'attestation') continue;
    byId.set(statement.id, statement);
    const slot = { attestation: statement, at };
    const twins = sessions.get(statement.attestation);
    if (twins === undefined) sessions.set(statement.attestation, [slot]);
    else twins.push(slot);
  }
  const retractions = new Map<string, Retraction>();
  for (const { statement } of once.values()) {
    if (statement.kind !== 'retraction') continue;
    const { id, issuer, at } = statement;
    const about = byId.get(statement.attestation);
    if (about === undefined) findings.push({ code: 'SCORE_ATTESTATION_UNKNOWN', id, issuer });
    else if (about.issuer !== issuer) findings.push({ code: 'SCORE_RETRACTION_FOREIGN', id, issuer });
    else {
      const known = retractions.get(about.attestation);
      if (known === undefined || at < known.at || (at === known.at && id < known.id))
        retractions.set(about.attestation, statement);
    }
  }
  return [...sessions].flatMap(([session, twins]) => {
    const [worst, ...more] = twins.sort(byWorse);
    if (worst === undefined) return [];
    for (const { attestation } of more)
      findings.push({ code: 'SCORE_ATTESTATION_TWICE', id: attestation.id, issuer: attestation.issuer });
    const retraction = retractions.get(session);
    return {
      attestation: worst.attestation,
      at: more.reduce((first, { at }) => Math.min(first, at), worst.at),
      ...(retraction === undefined ? {} : { retraction }),
    };
  });
}

const byWorse = (a: Slot, b: Slot): number =>
  a.attestation.rating.overall - b.attestation.rating.overall ||
  a.attestation.expiresAt - b.attestation.expiresAt ||
  (a.attestation.id < b.attestation.id ? -1 : 1);

/** The newest slot of each issuer about each subject: an issuer has one voice, and it does not get an older one back. */
export function newestByIssuer(slots: readonly Slot[]): readonly Slot[] {
  const newest = new Map<string, Slot>();
  for (const slot of slots) {
    const { issuer, subject } = slot.attestation;
    const key = `${issuer} ${subject}`;
    const known = newest.get(key);
    if (known === undefined || isNewer(slot, known)) newest.set(key, slot);
  }
  return [...newest.values()];
}

/** Of two at one time the worse one, which is what `reputationOf` takes. */
function isNewer(a: Slot, b: Slot): boolean {
  if (a.at !== b.at) return a.at > b.at;
  return byWorse(a, b) < 0;
}
