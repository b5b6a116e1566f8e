import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import type { Json, Storage } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import { createTtp, type Ttp, type TtpOptions } from '@ttp/sdk';
import { CALL_MAP, POLICY } from './harness.js';

/** A new enforcement point under the policy of the tests. The caller closes it. */
export async function enforcementPoint(
  options: Partial<TtpOptions> = {},
): Promise<{ readonly ttp: Ttp; readonly storage: Storage }> {
  const { storage = memory() } = options;
  const identity = options.identity ?? (await createIdentity({ type: 'agent', random, clock }));
  const ttp = await createTtp({
    identity,
    policy: POLICY,
    callMap: CALL_MAP,
    storage,
    fresh: true,
    ...options,
  });
  return { ttp, storage };
}

/** A call of `read_file`. */
export const read = (ttp: Ttp, path: string, result: Json = 'content'): ReturnType<Ttp['a2t']> =>
  ttp.a2t({ tool: 'read_file', server: 'files', input: { path } }, (permit) => {
    permit.enter();
    return Promise.resolve(result);
  });
