/** What came out of one race: contestants in the same work, in interleaved rounds. */
export interface RaceResult {
  readonly kind: 'race';
  readonly title: string;
  /** The work, the same for everybody. */
  readonly work: string;
  readonly rounds: number;
  readonly contestants: readonly ContestantResult[];
  readonly bars: readonly BarResult[];
}

export interface ContestantResult {
  readonly name: string;
  readonly ours: boolean;
  /** What it does for the work: its checks and formats. */
  readonly does: string;
  /** Microseconds an operation over the rounds; absent where it was excluded. */
  readonly times?: { readonly min: number; readonly median: number };
  /** Microseconds of single operations, where they were timed one by one. */
  readonly single?: { readonly p50: number; readonly p99: number };
  /** Its time over that of the first contestant of ours: the median of the rounds' own ratios. */
  readonly ratio?: number;
  /** Why it is not in the race. */
  readonly excluded?: string;
}

/** What was observed, where there is no time to compare. */
export interface FactsResult {
  readonly kind: 'facts';
  readonly title: string;
  readonly work: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly bars: readonly BarResult[];
}

export interface BarResult {
  /** The bar of performance.md section 11, or of the issue, in words. */
  readonly bar: string;
  readonly measured: string;
  readonly met: boolean;
  /** Why it is missed. */
  readonly why?: string;
}

export type TableResult = RaceResult | FactsResult;

export interface AreaResult {
  readonly id: string;
  readonly title: string;
  readonly tables: readonly TableResult[];
  /** How long the area took, in seconds. */
  readonly seconds: number;
}

export interface Run {
  readonly command: string;
  /** ISO 8601, of the start. */
  readonly date: string;
  readonly machine: readonly string[];
  readonly areas: readonly AreaResult[];
}
