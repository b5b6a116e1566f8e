import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import type { RedisClient } from '../../src/redis.js';

/** Why tests of a real server are skipped. */
export const NO_REDIS = 'no Redis server on this machine (redis-server): no tests of a real one';

/** The program of the server; undefined where there is none. */
export const findRedis = (): string | undefined =>
  [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/usr/local/bin']
    .map((folder) => join(folder, 'redis-server'))
    .find((program) => existsSync(program));

/** A client that can be closed, and killed on its way. */
export interface OpenClient extends RedisClient {
  close(): Promise<void>;
}

/** A server of our own, on a socket in a folder that goes with it. */
export interface RedisServer {
  /** Where clients connect. */
  readonly socket: string;
  client(): Promise<OpenClient>;
  stop(): Promise<void>;
}

/** Connects to a server of ours. */
export async function connect(socket: string): Promise<OpenClient> {
  const client = createClient({ socket: { path: socket, reconnectStrategy: false } });
  client.on('error', () => undefined); // a command that fails says so itself
  await client.connect();
  return {
    sendCommand: (args) => client.sendCommand([...args]),
    close: async () => {
      await client.close();
    },
  };
}

/** Starts a server that keeps nothing on disk. */
export async function startRedis(): Promise<RedisServer> {
  const program = findRedis();
  if (program === undefined) throw new Error(NO_REDIS);
  const folder = mkdtempSync(join(tmpdir(), 'ttp-redis-'));
  const socket = join(folder, 'redis.sock');
  const words = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder];
  const server: ChildProcess = spawn(program, words, { stdio: 'ignore' });
  const gone = new Promise((resolve) => {
    server.once('exit', resolve);
  });
  const clients: OpenClient[] = [];
  for (let i = 0; !existsSync(socket); i++) {
    if (i > 500) throw new Error('redis-server does not start');
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  return {
    socket,
    async client() {
      const client = await connect(socket);
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close().catch(() => undefined)));
      server.kill('SIGTERM'); // this very process, by its id
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
