import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { bundleEntries } from '@ttp/etr-merkle/trace';
import { createTtp } from '@ttp/sdk';
import { ttpCommand } from './guarded.ts';
import { readSettings, type Stage } from './stage.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Exports the whole log as a bundle. Returns the key that a verifier has to trust. */
export async function exportBundle({ identity, operators, path }: Stage): Promise<string> {
  const storage = sqlite(path('ttp.db'));
  try {
    const policy = readSettings('policy.json');
    const ttp = await createTtp({ identity, policy, operators, storage });
    writeFileSync(path('bundle.jsonl'), await ttp.exportBundle());
    await ttp.close();
    return ttp.logKey;
  } finally {
    await storage.close();
  }
}

/** Writes a copy of the bundle with one bit of one byte flipped, inside an entry. Returns the line it is in. */
export function flipOneByte({ path }: Stage): number {
  const bytes = readFileSync(path('bundle.jsonl'));
  const at = bytes.indexOf('"decision-made') + 3;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path('tampered.jsonl'), bytes);
  return bytes.subarray(0, at).toString('latin1').split('\n').length;
}

/** What `ttp verify --json` answers, as far as it is told here. */
export interface Verification {
  readonly valid: boolean;
  readonly entries: number;
  readonly checks: readonly { readonly check: string; readonly status: string }[];
  readonly findings: readonly {
    readonly line: number;
    readonly check: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly replay?: { readonly same: number; readonly absent: number; readonly differs: readonly unknown[] };
}

/** `ttp verify`, offline, as anybody would run it. */
export async function verify(
  bundle: string,
  logKey: string,
): Promise<{ readonly status: number | null; readonly result: Verification }> {
  const args = ttpCommand('verify', bundle, '--log-key', logKey, '--json');
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  const [stdout, status] = await Promise.all([text(child.stdout), ended]);
  return { status, result: JSON.parse(stdout) };
}

/** Where the calls that were refused stand in the log, in order: they were written with the next batch. */
export function refusedPositions({ path }: Stage): readonly string[] {
  return bundleEntries(readFileSync(path('bundle.jsonl')))
    .filter(({ type, data }) => type === 'interaction-settled' && data['status'] === 'blocked')
    .map(({ index }) => String(index));
}

/** What reached the server, in order, as the shim in front of it saw it: tool calls, or the method of other messages. */
export function seenByServer({ path }: Stage): readonly string[] {
  const seen = path('seen.jsonl');
  if (!existsSync(seen)) return [];
  const lines = readFileSync(seen, 'utf8').split('\n').slice(0, -1); // the last one is empty, or still being written
  return lines
    .map((line) => JSON.parse(line))
    .map(({ method, params }) =>
      method === 'tools/call' ? `${params.name} ${params.arguments?.path ?? ''}` : method,
    );
}

/** Waits until `shown` holds of what the server has seen. Resolves to whether it came to that within five seconds. */
export async function untilSeen(stage: Stage, shown: (seen: readonly string[]) => boolean): Promise<boolean> {
  for (const end = performance.now() + 5000; performance.now() < end; await setTimeout(5))
    if (shown(seenByServer(stage))) return true;
  return false;
}
