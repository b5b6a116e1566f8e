import { isJsonObject, isTtpError, type Json, TtpError } from '@ttp/core';
import type { Entry } from '@ttp/etr-merkle/trace';
import { visible } from '@ttp/oversight';
import { createTtp, type Ttp } from '@ttp/sdk';
import { counted } from '../counted.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { readText } from '../files/files.js';
import { openIdentityIn, readIdentityFile } from '../files/identity-file.js';
import { readOperators } from '../files/operators.js';
import { ownResolver } from '../files/standing.js';
import type { Io } from '../io.js';
import { MCP_APPROVAL_WAIT_MS } from '../limits.js';
import { faultText } from '../mcp/fault-text.js';
import { readServing, type ServingOptions, serve } from '../mcp/serving.js';
import { readUpstream, type UpstreamOptions } from '../mcp/upstream.js';
import { passphrases } from '../passphrase.js';
import { runSelfTest } from '../self-test/run.js';
import { openStore } from '../store.js';
import type { Call } from '../verb.js';

interface McpOptions extends UpstreamOptions, ServingOptions {
  readonly policy?: string;
  readonly observe?: true;
  readonly callMap?: string;
  readonly identity: string;
  readonly store: string;
  readonly operators?: string;
  readonly server: string;
  readonly forbidden?: string;
  readonly owner: readonly string[];
  readonly approvalWait?: number;
}

/** `ttp mcp`: an enforcement point in front of an MCP server, over stdio or HTTP on either side. */
export async function run({ options, args: words, io }: Call<McpOptions>): Promise<ExitCode> {
  const { server, approvalWait } = options;
  const { clock, random, timer } = io;
  const say = (text: string): void => void io.stderr.write(`ttp: ${visible(text)}\n`);
  const serving = await readServing(options, io);
  const upstream = await readUpstream(words, options, io);
  const armament = await readArmament(options, io);
  const operators =
    options.operators === undefined ? {} : { operators: await readOperators(options.operators, 'operators') };
  const file = await readIdentityFile(options.identity, 'identity');
  const identity = await openIdentityIn(options.identity, file, {
    field: 'identity',
    passphrases: passphrases(io, { isInteractive: false }),
    clock,
  });
  const storage = await openStore(options.store);
  let ttp: Ttp | undefined;
  let isServerAbsent = false;
  const onFault = (fault: unknown): void => {
    isServerAbsent ||= isTtpError(fault) && fault.code === 'GATEWAY_UPSTREAM_UNREACHABLE';
    say(faultText(fault));
  };
  try {
    ttp = await createTtp({
      identity,
      // Whoever answers for it, or has recovered it, stands in the file.
      resolver: await ownResolver(file, clock),
      ...armament,
      storage,
      ...operators,
      owners: options.owner,
      approvalWaitMs: approvalWait === undefined ? MCP_APPROVAL_WAIT_MS : approvalWait * 1000,
      mode: options.observe === true ? 'observe' : 'enforce',
      ports: { clock, random, timer },
      onEvent(entry) {
        const line = newsOf(entry);
        if (line !== undefined) say(line);
      },
    });
    say(`${ttp.did} in front of ${server}, policy ${ttp.policy.hash}, log key ${ttp.logKey}`);
    if (ttp.mode === 'observe') say(OBSERVING);
    if (ttp.isKilled()) say('the agent is killed, or was never alive in this store: every call is refused');
    const gateway = await serve({ ttp, server, upstream, storage, ...operators, onFault }, serving, io, say);
    const forget = io.onEndRequest(() => void gateway.close());
    await gateway.closed;
    forget();
    // Over HTTP each session has a server of its own, and what became of one says nothing of the others.
    return isServerAbsent && serving.http === undefined ? EXIT.cannotRun : EXIT.ok;
  } finally {
    await ttp?.close();
    await storage.close();
  }
}

/** What is armed, after the self-test found that it denies what has to be denied. */
async function readArmament(
  { policy, callMap, forbidden, server, observe }: McpOptions,
  io: Io,
): Promise<{ readonly policy: string; readonly callMap?: string }> {
  if (policy === undefined) {
    if (observe !== true)
      throw new TtpError(
        'CLI_USAGE',
        'what is permitted has to be said: --policy <file>, or --observe to do without',
        { field: 'policy' },
      );
    const map = callMap === undefined ? {} : { callMap: await readText(callMap, { field: 'call-map' }) };
    return { policy: NOTHING, ...map };
  }
  const { policyText, callMapText, calls, failed } = await runSelfTest(
    { policy, callMap, forbidden, server },
    io,
  );
  const [first] = failed;
  if (first !== undefined)
    throw new TtpError(
      'CLI_SELF_TEST_FAILED',
      `${failed.length} of ${counted(calls.length, 'call')} that have to be denied are not, the first: ${first.name}`,
      { field: 'policy' },
    );
  return { policy: policyText, ...(callMapText === undefined ? {} : { callMap: callMapText }) };
}

/** Before there is a policy, nothing is permitted: what is observed is then denied on the record, all of it. */
const NOTHING = JSON.stringify({ version: '1.0.0', rules: [{ id: 'everything', effect: 'deny' }] });

const OBSERVING =
  'OBSERVE MODE: nothing is enforced but kill, pins, size limits and sensitive targets; every other call goes on, ' +
  'whatever the policy says, and is recorded';

/** What somebody at the terminal has to know of an entry of the log; nothing of what was asked or answered. */
function newsOf({ type, subject, data }: Entry): string | undefined {
  const { status, code, reasons, would } = data;
  if (type === 'interaction-settled' && status !== 'done')
    return `${asText(status)} ${subject}: ${asText(code)}`;
  if (
    type === 'interaction-settled' &&
    would !== undefined &&
    isJsonObject(would) &&
    would['status'] !== 'done'
  )
    return `observed ${subject}: it would have been ${asText(would['status'])}, ${asText(would['code'])}`;
  if (type === 'approval-requested') return `review ${subject} waits for an operator: ttp review list`;
  if (type === 'tool-quarantined') return `tool ${subject} is in quarantine: ${asText(code)}`;
  if (type === 'agent-killed') return `${subject} was killed: ${JSON.stringify(reasons ?? null)}`;
  return type === 'agent-reinstated' ? `${subject} was reinstated` : undefined;
}

const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
