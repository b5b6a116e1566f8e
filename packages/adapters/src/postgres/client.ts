/** The rows that a statement gave. */
export interface PostgresResult {
  readonly rows: readonly unknown[];
}

/** As much of a PostgreSQL client as the storage uses: `Pool` and `Client` of `pg` have it, and so has PGlite. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
}
