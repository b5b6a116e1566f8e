import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const main = 'examples/guarded-agent/src/main.ts';

type Demonstration = ChildProcessByStdio<null, Readable, Readable>;

const run = (script: readonly string[], args: readonly string[]): Demonstration =>
  spawn(process.execPath, [...script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own, as a shell gives it
    env: { ...process.env, NO_COLOR: '1' },
  });

/** Runs the demonstration itself. */
const start = (...args: string[]): Demonstration =>
  run(['--conditions=@ttp/source', '--import', 'tsx', main], args);

/** Runs it as `npm start` does. */
const npmStart = (): Demonstration => run(['tools/run.mjs', 'start'], []);

/** Waits until a line of the story was told; resolves to the folder that it happens in. */
function told(child: Demonstration, line: string): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes(line)) resolve(/Everything happens in (\S+)/.exec(text)?.[1] ?? '');
    });
  });
}

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

async function ended(child: Demonstration): Promise<{ code: number | null; stdout: string; stderr: string }> {
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

  it('leaves nothing when it is interrupted at the terminal, twice, and says nothing of what follows', async ({
    skip,
  }) => {
    skip(!existsSync('/proc/self/cmdline'), 'there is no /proc to find processes in');
    const child = npmStart();
    const folder = await told(child, 'connect through the wrapper');
    expect(running(folder).length).toBeGreaterThan(2); // wrapper, shim and server
    const end = ended(child);
    const group = -(child.pid ?? Number.NaN);
    process.kill(group, 'SIGINT');
    process.kill(group, 'SIGINT');
    const { stderr } = await end;
    expect(stderr).toBe('');
    // tsx may have killed the demonstration between the two signals: then its janitor is a moment behind.
    await expect.poll(() => running(folder), { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
  }, 90_000);

  it('leaves nothing when nobody reads on', async ({ skip }) => {
    skip(!existsSync('/proc/self/cmdline'), 'there is no /proc to find processes in');
    const child = start();
    const folder = await told(child, 'Everything happens in');
    const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
    child.stdout.destroy();
    const [stderr, code] = await Promise.all([read(child.stderr), exit]);
    expect(stderr).toBe('');
    expect(code).toBe(141);
    expect(running(folder)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  }, 90_000);

  it('leaves no folder when it is killed at once', async () => {
    const child = start();
    const folder = await told(child, 'Everything happens in');
    expect(existsSync(folder)).toBe(true);
    child.kill('SIGKILL');
    await ended(child);
    await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
  }, 90_000);
});
