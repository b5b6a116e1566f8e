import { type Did, isDid, TtpError } from '@ttp/core';
import { hourlyLimit } from './burst.js';
import { daysBetween, FIXED_ONE, isnadDecay, isTime, log2Milli } from './fixed.js';
import { floorDiv } from './integer.js';
import {
  CLUSTER_NAME_MAX_CHARS,
  ISNAD_AMOUNT_FULL_CENTS,
  ISNAD_COUNT_MAX,
  ISNAD_ENTRIES_MAX,
  ISNAD_SELF_DEALING_CAP,
  ISNAD_UPHELD_CAP,
  ISNAD_YOUNG_CAP,
  ISNAD_YOUNG_DAYS,
} from './limits.js';
import { isList } from './reputation.js';

/** How an entry of a trust chain stands. `upheld`: disputed, and the dispute was decided against the agent. */
export const ISNAD_STANDINGS = ['confirmed', 'disputed', 'upheld'] as const;
export type IsnadStanding = (typeof ISNAD_STANDINGS)[number];

/** One entry of an agent's chain that both sides signed, reduced to what counts. */
export interface IsnadEntry {
  /** The partner's `did:ttp`: a version tag is no second partner. */
  readonly partner: Did;
  /** Which partners belong together; each is its own where nothing is known. */
  readonly cluster?: string;
  /** When the log took it in, ms: not the time that it claims (flaw.S11). */
  readonly at: number;
  readonly standing: IsnadStanding;
  /** Cents of US dollars, whole; absent where the entry names no amount. */
  readonly amountCents?: number;
}

/** What an isnad score is computed from. */
export interface IsnadFacts {
  readonly entries: readonly IsnadEntry[];
  /** When the account came to be, ms. */
  readonly since: number;
}

/** The five components, each 0 to 10000: hundredths of a point. */
export interface IsnadComponents {
  readonly volume: number;
  readonly consistency: number;
  readonly diversity: number;
  readonly longevity: number;
  readonly disputePenalty: number;
}

/** What the four rules against gaming found. */
export type IsnadFlag = 'burst' | 'self-dealing' | 'young' | 'upheld';

/** The isnad score: 0 to 10000, hundredths of a point, as it is stored. */
export interface IsnadScore extends IsnadComponents {
  readonly total: number;
  /** In tenths, rounded down, as it is shown: `89.2`. */
  readonly shown: string;
  readonly flags: readonly IsnadFlag[];
  /** Entries left out by the burst rule. */
  readonly ignored: number;
}

/** The weight of each component, per cent (isnad-architecture.txt L139-149). */
export const ISNAD_WEIGHTS: { readonly [C in keyof IsnadComponents]: number } = {
  volume: 25,
  consistency: 25,
  diversity: 20,
  longevity: 15,
  disputePenalty: 15,
};

/** 0.25 volume + 0.25 consistency + 0.20 diversity + 0.15 longevity + 0.15 dispute penalty, rounded down. */
export const isnadTotal = (components: IsnadComponents): number =>
  floorDiv(
    ISNAD_WEIGHTS.volume * components.volume +
      ISNAD_WEIGHTS.consistency * components.consistency +
      ISNAD_WEIGHTS.diversity * components.diversity +
      ISNAD_WEIGHTS.longevity * components.longevity +
      ISNAD_WEIGHTS.disputePenalty * components.disputePenalty,
    100,
  );

/**
 * The isnad score (decision D26). Each entry counts by e^(-0.002 days since the log took it in), and by its amount up to
 * one dollar where it names one. Without entries everything is 0.
 * - volume: 10 log2(1 + confirmed); consistency: 1 - disputed / all; diversity: 8 for each cluster of partners;
 *   longevity: days / 3.65; dispute penalty: 1 - 3 upheld / all; each clamped to 0-100, `all` = confirmed + disputed
 * - more than 10 entries with one partner in an hour: the rest is ignored; more than 80 % with one partner: volume at
 *   most 30; younger than 30 days: at most 40; a third or more upheld: at most 20
 *
 * @param now wall clock, ms
 * @throws SCORE_BAD_ENTRY with the field, SCORE_TOO_MANY_ENTRIES
 */
export function isnadScore(facts: IsnadFacts, now: number): IsnadScore {
  const entries = checked(facts);
  if (!isTime(now)) throw bad('now');
  const kept = withoutBursts(entries);
  const ignored = entries.length - kept.length;
  const flags: IsnadFlag[] = ignored > 0 ? ['burst'] : [];
  const { confirmed, disputed, upheld } = weigh(kept, now);
  const all = confirmed + disputed;
  const age = daysBetween(facts.since, now);
  if (all === 0n) return scoreOf(NOTHING, 10_000, flags, ignored);

  const dealsWithOne = mostWithOne(kept) * 100 > kept.length * 80;
  const partners = new Set(kept.filter(({ standing }) => standing === 'confirmed').map(clusterOf)).size;
  const components = {
    volume: Math.min(dealsWithOne ? ISNAD_SELF_DEALING_CAP : 10_000, volumeOf(confirmed)),
    consistency: share(all - disputed, all),
    diversity: Math.min(10_000, partners * 800),
    longevity: Math.min(10_000, floorDiv(age * 10_000, 365)),
    disputePenalty: share(all - 3n * upheld, all),
  };
  if (dealsWithOne) flags.push('self-dealing');
  const young = age < ISNAD_YOUNG_DAYS;
  if (young) flags.push('young');
  const lost = 3n * upheld >= all;
  if (lost) flags.push('upheld');
  const cap = Math.min(young ? ISNAD_YOUNG_CAP : 10_000, lost ? ISNAD_UPHELD_CAP : 10_000);
  return scoreOf(components, cap, flags, ignored);
}

const NOTHING: IsnadComponents = { volume: 0, consistency: 0, diversity: 0, longevity: 0, disputePenalty: 0 };

function scoreOf(
  components: IsnadComponents,
  cap: number,
  flags: readonly IsnadFlag[],
  ignored: number,
): IsnadScore {
  const total = Math.min(cap, isnadTotal(components));
  return { total, ...components, shown: tenths(total), flags, ignored };
}

/** Hundredths of a point, in tenths, rounded down. */
const tenths = (hundredths: number): string =>
  `${floorDiv(hundredths, 100)}.${floorDiv(hundredths, 10) % 10}`;

const volumeOf = (confirmed: bigint): number => Math.min(10_000, log2Milli(FIXED_ONE + confirmed));

/** part / all in hundredths of a per cent, rounded down, never below 0. */
const share = (part: bigint, all: bigint): number => (part <= 0n ? 0 : Number((10_000n * part) / all));

/** The entries but those that follow ten of the same partner within an hour. */
function withoutBursts(entries: readonly IsnadEntry[]): readonly IsnadEntry[] {
  const admits = hourlyLimit();
  return [...entries].sort((a, b) => a.at - b.at).filter(({ partner, at }) => admits(partner, at));
}

/** Sums in fixed point: entries without an amount together at most as much as fills the volume. */
function weigh(
  entries: readonly IsnadEntry[],
  now: number,
): { readonly confirmed: bigint; readonly disputed: bigint; readonly upheld: bigint } {
  const sums = { confirmed: 0n, disputed: 0n, upheld: 0n };
  let counted = 0n;
  for (const { standing, at, amountCents } of entries) {
    const weight = isnadDecay(daysBetween(at, now));
    if (standing === 'upheld') sums.upheld += weight;
    if (standing !== 'confirmed') sums.disputed += weight;
    else if (amountCents === undefined) counted += weight;
    else
      sums.confirmed +=
        (weight * BigInt(Math.min(amountCents, ISNAD_AMOUNT_FULL_CENTS))) / BigInt(ISNAD_AMOUNT_FULL_CENTS);
  }
  const most = BigInt(ISNAD_COUNT_MAX) * FIXED_ONE;
  sums.confirmed += counted < most ? counted : most;
  return sums;
}

function mostWithOne(entries: readonly IsnadEntry[]): number {
  const counts = new Map<string, number>();
  let most = 0;
  for (const entry of entries) {
    const count = (counts.get(clusterOf(entry)) ?? 0) + 1;
    counts.set(clusterOf(entry), count);
    most = Math.max(most, count);
  }
  return most;
}

const clusterOf = ({ partner, cluster }: IsnadEntry): string => cluster ?? partner;

function checked(facts: IsnadFacts): readonly IsnadEntry[] {
  if (typeof facts !== 'object' || facts === null) throw bad('facts');
  const { entries, since } = facts;
  if (!isList(entries)) throw bad('entries');
  if (!isTime(since)) throw bad('since');
  if (entries.length > ISNAD_ENTRIES_MAX)
    throw new TtpError('SCORE_TOO_MANY_ENTRIES', `${entries.length} entries`, { field: 'entries' });
  for (const [i, entry] of entries.entries()) check(entry, `entries[${i}]`);
  return entries;
}

function check(entry: IsnadEntry, field: string): void {
  if (typeof entry !== 'object' || entry === null) throw bad(field);
  const { partner, cluster, at, standing, amountCents } = entry;
  if (typeof partner !== 'string' || !isDid(partner)) throw bad(`${field}.partner`);
  if (
    cluster !== undefined &&
    (typeof cluster !== 'string' || cluster === '' || cluster.length > CLUSTER_NAME_MAX_CHARS)
  )
    throw bad(`${field}.cluster`);
  if (!isTime(at)) throw bad(`${field}.at`);
  if (!ISNAD_STANDINGS.includes(standing)) throw bad(`${field}.standing`);
  if (amountCents !== undefined && !(Number.isSafeInteger(amountCents) && amountCents >= 0))
    throw bad(`${field}.amountCents`);
}

const bad = (field: string): TtpError =>
  new TtpError('SCORE_BAD_ENTRY', 'an entry of a trust chain has a member that is none', { field });
