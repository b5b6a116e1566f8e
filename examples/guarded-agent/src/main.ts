// The guarded agent: a real MCP client asks the official filesystem server for real files, through `ttp mcp`.
// Every line shows a promise of TTP being kept. `--json` prints one document for machines instead.
import { rmSync, writeFileSync } from 'node:fs';
import { exportBundle, flipOneByte, refusedPositions, seenByServer, verify } from './audit.ts';
import { openDesk } from './desk.ts';
import { type GuardedSession, startSession } from './guarded.ts';
import { createReport } from './report.ts';
import { type Stage, setStage } from './stage.ts';

const began = performance.now();
const report = createReport(process.argv.includes('--json'), process.stdout);
let session: GuardedSession | undefined;
let stage: Stage | undefined;

/** Leaves no process behind, and of the folder only the bundle. */
async function cleanUp(): Promise<void> {
  await session?.close().catch(() => undefined);
  session = undefined;
  if (stage === undefined) return;
  for (const name of ['agent.json', 'operators.json', 'seen.jsonl', 'tamper', 'tampered.jsonl'] as const)
    rmSync(stage.path(name), { force: true });
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${stage.path('ttp.db')}${suffix}`, { force: true });
  rmSync(stage.data, { recursive: true, force: true });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void cleanUp().then(() => process.exit(signal === 'SIGINT' ? 130 : 143)));

async function tell(): Promise<boolean> {
  stage = await setStage();
  report.open(stage.folder);
  const desk = openDesk(stage);
  session = await startSession(stage);
  const tools = await session.tools();
  report.check(
    'connect through the wrapper to the official filesystem server',
    tools.length > 10,
    `${tools.length} tools, each pinned by the digest of what the server says about it`,
  );

  const read = (path: string) =>
    session?.call('read_text_file', { path }) ?? Promise.reject(new Error('no session'));
  const write = (path: string) =>
    session?.call('write_file', { path, content: 'Hello\n' }) ?? Promise.reject(new Error('no session'));

  report.call('read a note', await read('notes/plan.txt'), 'done', /Ship on Friday/);
  report.call(
    'read an order with a card number: the number is redacted',
    await read('customers/order-17.txt'),
    'done',
    /card \[REDACTED\], ship/,
  );
  report.call(
    'read a file with an AWS key: the result is withheld',
    await read('config/deploy.env'),
    'GUARD_DLP_BLOCKED',
  );

  report.call('climb out of the folder', await read('notes/../../../etc/passwd'), 'SDK_DENIED');
  report.call('write where the policy does not say so', await write('payroll/may.csv'), 'SDK_DENIED');
  const seen = seenByServer(stage);
  report.check(
    'the server has seen neither',
    !seen.some((call) => /passwd|payroll/.test(call)),
    `its side saw: ${seen.join(', ')}`,
  );

  report.call('write a draft: allowed, with a warning', await write('drafts/letter.txt'), 'done');
  const publishing = write('published/letter.txt');
  const approved = await desk.approveOnce();
  report.call(
    `publish: waits for an operator, who signs "${approved}" for one use`,
    await publishing,
    'done',
  );
  report.call(
    'publish again: the approval is used up',
    await write('published/letter.txt'),
    'OVERSIGHT_APPROVAL_EXHAUSTED',
  );

  writeFileSync(stage.path('tamper'), ''); // the shim now changes one description
  report.call(
    'use a tool whose description has changed: quarantined',
    await session.call('get_file_info', { path: 'notes/plan.txt' }),
    'GATEWAY_TOOL_QUARANTINED',
  );
  rmSync(stage.path('tamper'));

  const searching = session.call('search_files', { path: 'archive', pattern: '**/*x9*' });
  await desk.kill('security_violation', 'walks the whole archive');
  report.call('kill, while it searches a large tree: the call is aborted', await searching, 'GUARD_KILLED');
  report.call('the next call is refused', await read('notes/plan.txt'), 'GUARD_KILLED');
  await session.close();
  session = await startSession(stage);
  report.call('after a restart it is still killed', await read('notes/plan.txt'), 'GUARD_KILLED');
  await desk.reinstate();
  report.check('two operators sign the order to reinstate', true);
  const revived = await revive(() => read('notes/plan.txt'));
  report.call('and it may read again', revived, 'done', /Ship on Friday/);
  await session.close();
  session = undefined;

  const logKey = await exportBundle(stage);
  report.place(refusedPositions(stage));
  const sound = verify(stage.path('bundle.jsonl'), logKey);
  const { entries, checks, replay } = sound.result;
  const passed = checks.filter(({ status }) => status === 'passed').map(({ check }) => check);
  report.check(
    'export the audit log as a bundle and verify it offline',
    sound.status === 0 && sound.result.valid,
    `${entries} entries; ${passed.join(', ')}: ok`,
  );
  const remade = replay?.same ?? 0;
  report.check(
    'make every decision in it again, to the same bytes',
    remade > 9 && replay?.absent === 0 && replay.differs.length === 0,
    `${remade} decisions, ${remade} the same`,
  );
  const line = flipOneByte(stage);
  const forged = verify(stage.path('tampered.jsonl'), logKey);
  const [finding] = forged.result.findings;
  report.check(
    'flip one bit: verification fails, and names the line and the check',
    forged.status === 1 && finding?.line === line,
    `line ${finding?.line}, check "${finding?.check}": ${finding?.message} [${finding?.code}]`,
  );

  await cleanUp();
  const bundle = stage.path('bundle.jsonl');
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const ok = report.end({ bundle, logKey, seconds });
  if (!process.argv.includes('--json'))
    process.stdout.write(
      `${seconds} s. The bundle is ${bundle}\nVerify it yourself: npm run -s ttp -- verify ${bundle} --log-key ${logKey}\n`,
    );
  return ok;
}

/** The wrapper reads the kill record every 250 ms: the first calls after the order may still be refused. */
async function revive<T extends { readonly code?: string }>(call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await call();
    if (answer.code !== 'GUARD_KILLED' || tries === 20) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

try {
  process.exitCode = (await tell()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 3;
} finally {
  await cleanUp();
}
