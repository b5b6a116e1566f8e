// Child processes of the packaging gate: their output is kept, and nothing of them reaches a network.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** A registry nobody listens at: whatever would ask one, fails. */
const OFFLINE = { npm_config_registry: 'http://127.0.0.1:9/', CI: 'true', NO_COLOR: '1' };

/** What a command says and whether it ended well. Never throws. */
export async function run(command, args, { cwd, env = {} } = {}) {
  const options = { cwd, env: { ...process.env, ...OFFLINE, ...env }, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await exec(command, args, options);
    return { ok: true, stdout, stderr };
  } catch (error) {
    return {
      ok: false,
      stdout: error.stdout ?? '',
      stderr: `${error.stderr ?? ''}${error.stdout ? '' : error.message}`,
    };
  }
}

/** The output of a command that failed as one problem, empty where it ended well. */
export const problemsOf = ({ ok, stdout, stderr }) =>
  ok ? [] : [`${stdout}${stderr}`.trim().slice(0, 4000)];
