import type { ServerContext } from '@modelcontextprotocol/server';
import { isJsonObject } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import { CALL_TOTAL_TIMEOUT_MS } from '../limits.js';
import type { AgentSide, Asked } from './agent-side.js';
import { requireAlive } from './alive.js';
import { withOwn } from './answers.js';
import { type Answer, ask, requireSize } from './ask.js';
import { label, labelByAnswer, labelled } from './labels.js';
import { forwardable, progressTokenOf, withoutOwnMeta } from './meta.js';
import { redacted } from './scanned.js';

/**
 * Asks the server, which is told the labels of the trace; its progress goes to the agent under the agent's own token.
 * What it says brings its labels before anybody sees it.
 */
export async function forward(
  side: AgentSide,
  asked: Asked,
  { signal, enter }: { readonly signal: AbortSignal; readonly enter: () => void },
): Promise<Answer> {
  const { method, params, context, brings = () => [], says = {} } = asked;
  const progressToken = progressTokenOf(params);
  const labelledParams = withOwn(await labelled(side.ttp, forwardable(params)), says);
  enter();
  signal.throwIfAborted();
  const answer = await ask(
    side.upstream,
    'UPSTREAM',
    { method, params: labelledParams },
    {
      signal,
      timeout: side.timeoutMs,
      maxTotalTimeout: CALL_TOTAL_TIMEOUT_MS,
      resetTimeoutOnProgress: true,
      ...(progressToken === undefined
        ? {}
        : {
            onprogress: (progress) =>
              void reportProgress(side, context, { ...progress, progressToken }, brings()),
          }),
    },
  );
  await label(side.ttp, brings());
  await labelByAnswer(side.ttp, answer);
  return answer;
}

/** The agent may have left in the meantime; the call goes on to its end all the same. */
async function reportProgress(
  { ttp, flood, onFault }: AgentSide,
  { mcpReq: { notify } }: ServerContext,
  progress: object,
  labels: readonly string[],
): Promise<void> {
  try {
    flood(progress);
    requireAlive(ttp);
    if (labels.length > 0) await label(ttp, labels);
    const params = plainCopy(progress);
    requireSize(params);
    if (isJsonObject(params))
      await notify({ method: 'notifications/progress', params: redacted(withoutOwnMeta(params)) });
  } catch (fault) {
    onFault(fault);
  }
}
