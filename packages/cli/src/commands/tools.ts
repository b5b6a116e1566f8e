import { asHash, type JsonObject, TtpError } from '@ttp/core';
import { listQuarantined, placeToolRelease, type ServersTool, signToolRelease } from '@ttp/gateway/mcp';
import { visible } from '@ttp/oversight';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { readOperatorKey, readOperators } from '../files/operators.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';
import type { Call } from '../verb.js';

interface ReleaseOptions {
  readonly store: string;
  readonly server: string;
  readonly digest: string;
  readonly operators: string;
  readonly operatorKey: string;
}

/** `ttp tools list`: what is in quarantine, as whoever judges it has to see it. */
export async function list({ options: { store } }: Call<{ readonly store: string }>): Promise<Answer> {
  const tools = await withStore(store, (storage) => listQuarantined(storage.store));
  return {
    exit: EXIT.ok,
    json: { tools: tools.map(jsonOf) },
    text: () => (tools.length === 0 ? 'no tool is in quarantine' : tools.map(textOf).join('\n\n')),
  };
}

/** `ttp tools release`: orders one definition out of quarantine. */
export async function release({ options, args: [tool = ''], io }: Call<ReleaseOptions>): Promise<Answer> {
  const { store, server, operatorKey } = options;
  const digest = asHash(options.digest);
  const operators = await readOperators(options.operators, 'operators');
  await withStore(store, async (storage) => {
    const found = await listQuarantined(storage.store);
    // Said before a passphrase is asked for.
    if (!found.some((one) => one.server === server && one.tool === tool && one.digest === digest))
      throw new TtpError('GATEWAY_RELEASE_MISMATCH', `this definition of ${tool} is not in quarantine`, {
        field: 'digest',
      });
    const signer = await readOperatorKey(operatorKey, {
      field: 'operator-key',
      passphrases: passphrases(io),
    });
    const now = io.clock.now();
    const order = await signToolRelease({ server, tool, digest }, signer, now);
    await placeToolRelease(order, { store: storage.store, operators, now });
  });
  return {
    exit: EXIT.ok,
    json: { server, tool, digest, placed: true },
    text: (paint) =>
      `${paint.good('placed')}  ${visible(`${server}/${tool}`)}: the gateway takes it before its next call`,
  };
}

const jsonOf = ({ server, tool, code, digest, pinned, definition }: ServersTool): JsonObject => ({
  server,
  tool,
  code,
  digest,
  ...(pinned === undefined ? {} : { pinned }),
  ...(definition === undefined ? {} : { definition }),
});

/** The definition is hostile text: what hides in it is written out. */
function textOf({ server, tool, code, digest, definition }: ServersTool): string {
  const shown = definition === undefined ? 'too large to be kept' : visible(JSON.stringify(definition));
  return `${visible(`${server}/${tool}`)}  ${code}\n  digest      ${digest}\n  definition  ${shown}`;
}
