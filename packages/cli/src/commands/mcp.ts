import { sqlite } from '@ttp/adapters/sqlite';
import { isTtpError, type Json, TtpError } from '@ttp/core';
import type { Entry } from '@ttp/etr-merkle/trace';
import { openMcpGateway } from '@ttp/gateway/mcp';
import { visible } from '@ttp/oversight';
import { createTtp, type Ttp } from '@ttp/sdk';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { openIdentityFile } from '../files/identity-file.js';
import { readOperators } from '../files/operators.js';
import type { Io } from '../io.js';
import { MCP_APPROVAL_WAIT_MS } from '../limits.js';
import { StdioTransport } from '../mcp/stdio-transport.js';
import { PASSPHRASE_VARIABLE, passphrases } from '../passphrase.js';
import { runSelfTest } from '../self-test/run.js';
import type { Call } from '../verb.js';

interface McpOptions {
  readonly policy: string;
  readonly callMap?: string;
  readonly identity: string;
  readonly store: string;
  readonly operators?: string;
  readonly server: string;
  readonly forbidden?: string;
  readonly passEnv: readonly string[];
  readonly owner: readonly string[];
  readonly approvalWait?: number;
}

/** `ttp mcp`: an enforcement point in front of an MCP server over stdio. */
export async function run({ options, args: words, io }: Call<McpOptions>): Promise<ExitCode> {
  const { server, approvalWait } = options;
  const { clock, random, timer } = io;
  const [command = '', ...args] = words;
  const say = (text: string): void => void io.stderr.write(`ttp: ${visible(text)}\n`);
  const upstream = { command, args, env: passed(options.passEnv, io.env) };
  const armament = await readArmament(options, io);
  const operators =
    options.operators === undefined ? {} : { operators: await readOperators(options.operators, 'operators') };
  const identity = await openIdentityFile(options.identity, {
    field: 'identity',
    passphrases: passphrases(io, { isInteractive: false }),
  });
  const storage = sqlite(options.store);
  let ttp: Ttp | undefined;
  try {
    ttp = await createTtp({
      identity,
      ...armament,
      storage,
      ...operators,
      owners: options.owner,
      approvalWaitMs: approvalWait === undefined ? MCP_APPROVAL_WAIT_MS : approvalWait * 1000,
      ports: { clock, random, timer },
      onEvent(entry) {
        const line = newsOf(entry);
        if (line !== undefined) say(line);
      },
    });
    say(`${ttp.did} in front of ${server}, policy ${ttp.policy.hash}, log key ${ttp.logKey}`);
    if (ttp.isKilled()) say('the agent is killed, or was never alive in this store: every call is refused');
    const gateway = await openMcpGateway({
      ttp,
      server,
      upstream,
      downstream: new StdioTransport(io),
      storage,
      ...operators,
      ports: { clock },
      onFault: (fault) => say(isTtpError(fault) ? `${fault.message} [${fault.code}]` : String(fault)),
    });
    const forget = io.onEndRequest(() => void gateway.close());
    await gateway.closed;
    forget();
    return EXIT.ok;
  } finally {
    await ttp?.close();
    await storage.close();
  }
}

/** What is armed, after the self-test found that it denies what has to be denied. */
async function readArmament(
  { policy, callMap, forbidden, server }: McpOptions,
  io: Io,
): Promise<{ readonly policy: string; readonly callMap?: string }> {
  const { policyText, callMapText, failed } = await runSelfTest({ policy, callMap, forbidden, server }, io);
  const [first] = failed;
  if (first !== undefined)
    throw new TtpError(
      'CLI_SELF_TEST_FAILED',
      `${failed.length} calls that have to be denied are not, the first: ${first.name}; ttp self-test shows them all`,
      { field: 'policy' },
    );
  return { policy: policyText, ...(callMapText === undefined ? {} : { callMap: callMapText }) };
}

/** The variables that the server is to have. Throws CLI_USAGE for one that is not set: the server would miss it. */
function passed(names: readonly string[], env: Io['env']): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value === undefined || name === PASSPHRASE_VARIABLE)
      throw new TtpError('CLI_USAGE', `${name} is not a variable that can be passed on`, {
        field: 'pass-env',
      });
    values[name] = value;
  }
  return values;
}

/** What somebody at the terminal has to know of an entry of the log; nothing of what was asked or answered. */
function newsOf({ type, subject, data }: Entry): string | undefined {
  const { status, code, reasons } = data;
  if (type === 'interaction-settled' && status !== 'done')
    return `${asText(status)} ${subject}: ${asText(code)}`;
  if (type === 'approval-requested') return `review ${subject} waits for an operator: ttp review list`;
  if (type === 'tool-quarantined') return `tool ${subject} is in quarantine: ${asText(code)}`;
  if (type === 'agent-killed') return `${subject} was killed: ${JSON.stringify(reasons ?? null)}`;
  return type === 'agent-reinstated' ? `${subject} was reinstated` : undefined;
}

const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
