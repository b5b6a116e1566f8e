import { Client } from 'pg';

/**
 * A client of the driver. In JavaScript, because its types are not among the packages of the benchmarks.
 *
 * @param {string} host the folder of the socket
 * @returns {import('@ttp/adapters/postgres').PostgresClient & { connect(): Promise<void>, end(): Promise<void> }}
 */
export const pgClient = (host) => new Client({ host, user: 'ttp', database: 'postgres' });
