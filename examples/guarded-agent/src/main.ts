// The guarded agent: a real MCP client asks the official filesystem server for real files, through `ttp mcp`.
// Every line shows a promise of TTP being kept. `--json` prints one document for machines instead.
import { rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { exportBundle, flipOneByte, refusedPositions, seenByServer, untilSeen, verify } from './audit.ts';
import { openDesk } from './desk.ts';
import { prepareEnding } from './ending.ts';
import { isUnchanged, writeArchive } from './files.ts';
import { startSession } from './guarded.ts';
import { createReport } from './report.ts';
import { makeFolder, type Stage, setStage } from './stage.ts';

const began = performance.now();
const json = process.argv.includes('--json');
const ending = prepareEnding();
const report = createReport(json, process.stdout, ending.signal);

/** Tells the story. Resolves to what is known in the end. */
async function tell(folder: string): Promise<{ readonly stage: Stage; readonly logKey: string }> {
  report.open(folder);
  const stage = await setStage(folder);
  const desk = openDesk(stage);
  ending.signal.throwIfAborted();
  let [session] = await Promise.all([
    startSession(stage, ending.closers),
    writeArchive(stage.data, ending.signal),
  ]);
  const tools = await session.tools();
  report.check(
    'connect through the wrapper to the official filesystem server',
    tools.length > 10,
    `${tools.length} tools, each pinned by the digest of what the server says about it`,
  );

  const read = (path: string) => session.call('read_text_file', { path });
  const write = (path: string) => session.call('write_file', { path, content: 'Hello\n' });

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
  const seen = seenByServer(stage).filter((message) => message.includes(' '));
  report.check(
    'the server has seen neither, and the payroll is as it was',
    !seen.some((call) => /passwd|payroll/.test(call)) && isUnchanged(stage.data, 'payroll/may.csv'),
    `the shim between wrapper and server saw: ${seen.join(', ')}`,
  );

  report.call('write a draft: allowed, with a warning', await write('drafts/letter.txt'), 'done');
  const [published, approved] = await Promise.all([write('published/letter.txt'), desk.approveOnce()]);
  report.call(`publish: waits for an operator, who signs "${approved}" for one use`, published, 'done');
  report.call(
    'publish again: the approval is used up',
    await write('published/letter.txt'),
    'OVERSIGHT_APPROVAL_EXHAUSTED',
  );

  writeFileSync(stage.path('tamper'), '');
  report.call(
    'the shim changes one description; use that tool: quarantined',
    await session.call('get_file_info', { path: 'notes/plan.txt' }),
    'GATEWAY_TOOL_QUARANTINED',
  );
  rmSync(stage.path('tamper'));

  const [aborted] = await Promise.all([
    session.call('search_files', { path: 'archive', pattern: '**/*x9*' }),
    untilSeen(stage, (messages) => messages.includes('search_files archive')).then(() =>
      desk.kill('security_violation'),
    ),
  ]);
  report.call('kill, while it searches a large tree: the call is aborted', aborted, 'failed GUARD_KILLED');
  report.check(
    'the server was told to stop searching',
    await untilSeen(stage, isCancelled),
    'the shim between wrapper and server saw: search_files archive, then notifications/cancelled',
  );
  report.call('the next call is refused', await read('notes/plan.txt'), 'GUARD_KILLED');
  // The new wrapper takes a second to load: the old one is gone by the time it opens the store.
  ending.signal.throwIfAborted();
  [session] = await Promise.all([startSession(stage, ending.closers), session.close()]);
  report.call('after a restart it is still killed', await read('notes/plan.txt'), 'GUARD_KILLED');
  await desk.reinstate();
  report.check('two operators sign the order to reinstate', true);
  const revived = await revive(() => read('notes/plan.txt'));
  report.call('and it may read again', revived, 'done', /Ship on Friday/);
  await session.close();

  const logKey = await exportBundle(stage);
  report.place(refusedPositions(stage));
  const line = flipOneByte(stage);
  const [sound, forged] = await Promise.all([
    verify(stage.path('bundle.jsonl'), logKey),
    verify(stage.path('tampered.jsonl'), logKey),
    rm(stage.data, { recursive: true, force: true }),
  ]);
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
  const [finding] = forged.result.findings;
  report.check(
    'flip one bit: verification fails, and names the line and the check',
    forged.status === 1 && finding?.line === line,
    `line ${finding?.line}, check "${finding?.check}": ${finding?.message} [${finding?.code}]`,
  );
  return { stage, logKey };
}

/** Whether the last thing that the server was asked before it was told to cancel was the search. */
function isCancelled(seen: readonly string[]): boolean {
  const search = seen.lastIndexOf('search_files archive');
  return search !== -1 && seen.indexOf('notifications/cancelled', search) !== -1;
}

/** The wrapper reads the kill record every 250 ms: the first calls after the order may still be refused. */
async function revive<T extends { readonly code?: string }>(call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await call();
    if (answer.code !== 'GUARD_KILLED' || tries === 40) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Leaves the bundle alone, if everything was as promised, and says what came of it. */
async function conclude({
  stage,
  logKey,
}: {
  readonly stage: Stage;
  readonly logKey: string;
}): Promise<void> {
  const bundle = stage.path('bundle.jsonl');
  const ok = report.ok();
  const remove = [
    ...(['agent.json', 'operators.json', 'seen.jsonl', 'tamper', 'tampered.jsonl'] as const).map(stage.path),
    ...['', '-wal', '-shm'].map((suffix) => `${stage.path('ttp.db')}${suffix}`),
    stage.data,
  ];
  await ending.cleanUp(ok ? { remove } : undefined);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  report.end({ ...(ok ? { bundle, logKey } : {}), seconds });
  if (ok && !json)
    process.stdout.write(
      `${seconds} s. The bundle is ${bundle}\nVerify it yourself: npm run -s ttp -- verify ${bundle} --log-key ${logKey}\n`,
    );
  process.exitCode = ok ? 0 : 1;
}

try {
  await conclude(await ending.watch(makeFolder(), tell));
} catch (error) {
  if (!ending.signal.aborted) {
    process.exitCode = 3;
    await ending.cleanUp();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}
