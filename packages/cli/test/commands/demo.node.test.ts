import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { beforeEach, expect, it, vi } from 'vitest';
import { ttp } from '../harness.js';

// What the demonstration shows is tested beside it; here is only how it is started.
vi.mock('node:child_process', () => ({ spawn: vi.fn() }));
beforeEach(() => vi.mocked(spawn).mockReset());

/** Runs a command line whose child ends with `status`: its exit code, and the arguments of the child. */
async function ran(argv: readonly string[], status: number): Promise<object> {
  vi.mocked(spawn).mockImplementation(() => {
    const child = new EventEmitter();
    queueMicrotask(() => child.emit('exit', status));
    return Object(child);
  });
  const { code } = await ttp(argv);
  const [script = '', ...args] = vi.mocked(spawn).mock.calls[0]?.[1] ?? [];
  return { code, isRunner: /tools.run\.mjs$/.test(script), args };
}

it('starts the guarded agent of the repository', async () => {
  expect(await ran(['demo'], 0)).toEqual({ code: 0, isRunner: true, args: ['start'] });
});

it('passes --json on, so that the answer is one document', async () => {
  expect(await ran(['demo', '--json'], 0)).toEqual({ code: 0, isRunner: true, args: ['start', '--json'] });
});

it('ends with 3 where the demonstration does not hold', async () => {
  expect(await ran(['demo'], 1)).toEqual({ code: 3, isRunner: true, args: ['start'] });
});
