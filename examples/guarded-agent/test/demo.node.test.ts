import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const main = 'examples/guarded-agent/src/main.ts';

/** Runs the demonstration as `npm start` does. */
const start = (...args: string[]) =>
  spawn(process.execPath, ['--conditions=@ttp/source', '--import', 'tsx', main, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

async function ended(
  child: ReturnType<typeof start>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr, code] = await Promise.all([read(child.stdout), read(child.stderr), exit]);
  return { code, stdout, stderr };
}

/** Command lines of the processes that mention `text`. */
const running = (text: string): string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return []; // it ended while we looked
      }
    })
    .filter((line) => line.includes(text));

interface Story {
  readonly ok: boolean;
  readonly bundle: string;
  readonly steps: readonly {
    readonly step: string;
    readonly ok: boolean;
    readonly answer?: { code?: string; outcome: string };
  }[];
}

describe('the guarded agent', () => {
  it('keeps every promise on the real server, and leaves the bundle and nothing else', async () => {
    const { code, stdout, stderr } = await ended(start('--json'));
    expect(stderr).toBe('');
    const story: Story = JSON.parse(stdout);
    expect(story.steps.filter((step) => !step.ok)).toEqual([]);
    expect(story.ok).toBe(true);
    expect(code).toBe(0);
    const codes = story.steps.flatMap(({ answer }) =>
      answer === undefined ? [] : [answer.code ?? answer.outcome],
    );
    expect(codes).toEqual([
      'done',
      'done',
      'GUARD_DLP_BLOCKED',
      'SDK_DENIED',
      'SDK_DENIED',
      'done',
      'done',
      'OVERSIGHT_APPROVAL_EXHAUSTED',
      'GATEWAY_TOOL_QUARANTINED',
      'GUARD_KILLED',
      'GUARD_KILLED',
      'GUARD_KILLED',
      'done',
    ]);
    const folder = dirname(story.bundle);
    expect(readdirSync(folder)).toEqual(['bundle.jsonl']);
    expect(running(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  }, 90_000);

  it('leaves no process and no store when it is interrupted', async ({ skip }) => {
    skip(!existsSync('/proc/self/cmdline'), 'there is no /proc to find processes in');
    const child = start();
    let told = '';
    const connected = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        told += String(chunk);
        if (told.includes('connect through the wrapper')) resolve();
      });
    });
    await connected;
    const folder = /Everything happens in (\S+)/.exec(told)?.[1] ?? '';
    expect(running(folder).length).toBeGreaterThan(2); // wrapper, shim and server
    child.kill('SIGINT');
    const { code } = await ended(child);
    expect(code).toBe(130);
    expect(running(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  }, 90_000);
});
