import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';

/** Why tests of a real server are skipped. */
export const NO_POSTGRES = 'no PostgreSQL server on this machine (postgres, initdb): no tests of a real one';

/** The folder with the programs of the server; undefined where there is none. */
export function findPostgres(): string | undefined {
  const versions = '/usr/lib/postgresql';
  const installed = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, 'bin'))
    : [];
  const folders = [...installed, ...(process.env['PATH'] ?? '').split(':')];
  return folders.find((folder) =>
    ['postgres', 'initdb'].every((program) => existsSync(join(folder, program))),
  );
}

/** Files in memory, where the machine has them: what is tested here is the server, not the disk. */
const SHM = '/dev/shm';

/** A server of our own, on a socket in a folder that goes with it. */
export interface Server {
  /** Where clients connect. */
  readonly socket: string;
  pool(max?: number): Pool;
  client(): Promise<Client>;
  /** Ends one of its processes that serves a client, by its id; the server then ends the others and recovers. */
  killBackend(): Promise<void>;
  stop(): Promise<void>;
}

/** Connections of another process to a server that runs, by its socket. */
export const poolAt = (socket: string, max = 4): Pool =>
  new Pool({ host: socket, user: 'ttp', database: 'postgres', max });

/** Who the server runs as: it refuses to be root. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name]).stdout));
    if (uid !== undefined && gid !== undefined && uid > 0 && gid > 0) return { uid, gid };
  }
  return {};
}

const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => {
        child.once('exit', resolve);
      });

/**
 * Makes a cluster in a temporary folder and starts it.
 *
 * @param wrap puts another program in front of the server, as strace
 */
export async function startServer(
  settings: Readonly<Record<string, string>> = {},
  wrap: readonly string[] = [],
): Promise<Server> {
  const programs = findPostgres();
  if (programs === undefined) throw new Error(NO_POSTGRES);
  const who = user();
  const folder = mkdtempSync(join(existsSync(SHM) ? SHM : tmpdir(), 'ttp-pg-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (who.uid !== undefined && who.gid !== undefined)
    for (const path of [folder, data]) chownSync(path, who.uid, who.gid);
  chmodSync(folder, 0o755);
  const initdb = ['-D', data, '-U', 'ttp', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const made = spawnSync(join(programs, 'initdb'), initdb, { ...who, cwd: folder });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr.toString()}`);

  const options = Object.entries({
    listen_addresses: '',
    unix_socket_directories: folder,
    max_connections: '60',
    shared_buffers: '16MB',
    autovacuum: 'off',
    wal_init_zero: 'off',
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: ChildProcess;

  async function start(prefix: readonly string[]): Promise<void> {
    const [program = '', ...args] = [...prefix, join(programs ?? '', 'postgres'), '-D', data, ...options];
    server = spawn(program, args, { ...who, cwd: folder, stdio: 'ignore' });
    for (let i = 0; ; i++) {
      const client = new Client(address);
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.end();
        return;
      } catch (fault) {
        if (i > 500) throw fault;
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
      }
    }
  }

  const address = { host: folder, user: 'ttp', database: 'postgres' };
  const pools: Pool[] = [];
  await start(wrap);
  return {
    socket: folder,
    pool(max = 10) {
      const pool = new Pool({ ...address, max });
      pool.on('error', () => undefined); // an idle connection that the server dropped is replaced
      pools.push(pool);
      return pool;
    },
    async client() {
      const client = new Client(address);
      client.on('error', () => undefined);
      await client.connect();
      return client;
    },
    async killBackend() {
      const client = new Client(address);
      client.on('error', () => undefined);
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const [{ pid } = { pid: 0 }] = rows;
      if (pid > 1) process.kill(pid, 'SIGKILL'); // a process of the server that was started here, by its id
      await client.end().catch(() => undefined);
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.end()));
      // Its own id stands in its file: what was started here may be strace. No last checkpoint, the folder goes anyway.
      const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGQUIT');
      await ended(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
