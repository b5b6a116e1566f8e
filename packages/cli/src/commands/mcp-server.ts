import {
  createMcpServerFront,
  listenMcpHttp,
  type McpServerOptions,
  openMcpServer,
} from '@ttp/gateway/mcp-server';
import { visible } from '@ttp/oversight';
import { createTtp, type Ttp } from '@ttp/sdk';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { readText } from '../files/files.js';
import { openIdentityFile } from '../files/identity-file.js';
import { readOperators } from '../files/operators.js';
import type { Io } from '../io.js';
import { faultText } from '../mcp/fault-text.js';
import { readServing, type Served, type Serving, type ServingOptions } from '../mcp/serving.js';
import { StdioTransport } from '../mcp/stdio-transport.js';
import { passphrases } from '../passphrase.js';
import { openStore } from '../store.js';
import type { Call } from '../verb.js';

interface McpServerCall extends ServingOptions {
  readonly policy: string;
  readonly callMap?: string;
  readonly identity: string;
  readonly store: string;
  readonly operators?: string;
  readonly owner: readonly string[];
}

/** `ttp mcp-server`: TTP as tools of an MCP client, over stdio or HTTP. */
export async function run({ options, io }: Call<McpServerCall>): Promise<ExitCode> {
  const { policy, callMap, operators, owner } = options;
  const { clock, random, timer } = io;
  const say = (text: string): void => void io.stderr.write(`ttp: ${visible(text)}\n`);
  const serving = await readServing(options, io);
  const armament = {
    policy: await readText(policy, { field: 'policy' }),
    ...(callMap === undefined ? {} : { callMap: await readText(callMap, { field: 'call-map' }) }),
    ...(operators === undefined ? {} : { operators: await readOperators(operators, 'operators') }),
  };
  const identity = await openIdentityFile(options.identity, {
    field: 'identity',
    passphrases: passphrases(io, { isInteractive: false }),
  });
  const storage = await openStore(options.store);
  let ttp: Ttp | undefined;
  try {
    const ports = { clock, random, timer };
    ttp = await createTtp({ identity, ...armament, storage, owners: owner, ports });
    say(`${ttp.did} answers, policy ${ttp.policy.hash}, log key ${ttp.logKey}`);
    if (ttp.isKilled()) say('the agent is killed, or was never alive in this store');
    const onFault = (fault: unknown): void => say(faultText(fault));
    const served = await serve({ ttp, storage, identity, ports, onFault }, serving, io, say);
    const forget = io.onEndRequest(() => void served.close());
    await served.closed;
    forget();
    return EXIT.ok;
  } finally {
    await ttp?.close();
    await storage.close();
  }
}

/** One client over standard input and output, or those that come over HTTP. Throws GATEWAY_LISTEN_FAILED. */
async function serve(
  options: McpServerOptions,
  { http }: Serving,
  io: Io,
  say: (text: string) => void,
): Promise<Served> {
  if (http === undefined) return await openMcpServer({ ...options, transport: new StdioTransport(io) });
  const { admission, ...address } = http;
  const { onFault } = options;
  const front = createMcpServerFront({ ...options, ...admission });
  const listener = await listenMcpHttp(front, { ...address, ...(onFault === undefined ? {} : { onFault }) });
  say(`listening on ${listener.url}`);
  const ended = Promise.withResolvers<void>();
  return { closed: ended.promise, close: () => listener.close().then(ended.resolve) };
}
