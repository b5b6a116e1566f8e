import { asDid, isJsonObject, TtpError } from '@ttp/core';
import { decodeEnvelope, encodeEnvelope, envelopeId, fromUtf8 } from '@ttp/crypto';
import { visible } from '@ttp/oversight';
import { lintChange, loadPolicy, POLICY_MAX_BYTES, signPolicy } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readBytes, readText, requireAbsent, writeNew } from '../../files/files.js';
import { readOperatorKey } from '../../files/operators.js';
import { HintedError } from '../../hints.js';
import { passphrases } from '../../passphrase.js';
import type { Call } from '../../verb.js';

interface SignOptions {
  readonly agent: string;
  readonly operatorKey: string;
  readonly out: string;
  readonly serial?: number;
  readonly after?: string;
  readonly layer?: string;
  readonly days?: number;
}

const DAY_MS = 86_400_000;

/** `ttp policy sign`: a policy that arms wherever the operator may sign policies. */
export async function run({ options, args: [file = ''], io }: Call<SignOptions>): Promise<Answer> {
  const { operatorKey, out, after, days } = options;
  const agent = inFile('--agent', 'agent', () => asDid(options.agent));
  await requireAbsent(out, 'out');
  const text = fromUtf8(await readBytes(file, { field: 'file', io, maxBytes: POLICY_MAX_BYTES }));
  const policy = inFile(file, 'file', () => loadPolicy(text));
  const before = after === undefined ? undefined : await published(after);
  const layer = options.layer ?? before?.layer;
  const serial = options.serial ?? (before === undefined ? undefined : before.serial + 1);
  if (serial === undefined)
    throw new HintedError(
      'CLI_USAGE',
      'a signed policy has a serial',
      '--serial 1, or --after with the one before',
      'serial',
    );
  const [finding] = before === undefined ? [] : lintChange(before, { policy, serial });
  if (finding !== undefined)
    throw new HintedError('CLI_USAGE', finding.message, finding.suggestion ?? '', 'serial');
  const signer = await readOperatorKey(operatorKey, { field: 'operator-key', passphrases: passphrases(io) });
  const now = io.clock.now();
  const expires = days === undefined ? {} : { expires: now + days * DAY_MS };
  const place = { agent, ...(layer === undefined ? {} : { layer }) };
  const envelope = await signPolicy({ ...place, serial, text, signer, now, ...expires });
  await writeNew(out, `${encodeEnvelope(envelope)}\n`, 'out');
  const said = {
    policy: policy.hash,
    serial,
    ...place,
    id: envelopeId(envelope),
    authority: envelope.head.iss,
    out,
  };
  return {
    exit: EXIT.ok,
    json: said,
    text: () =>
      Object.entries(said)
        .map(([name, value]) => visible(`${name.padEnd(10)} ${value}`))
        .join('\n'),
  };
}

/** Policy, serial and layer of a signed policy; who signed it is for whoever arms it. */
async function published(path: string): Promise<{
  readonly policy: ReturnType<typeof loadPolicy>;
  readonly serial: number;
  readonly layer?: string;
}> {
  const text = await readText(path, { field: 'after' });
  return inFile(path, 'after', () => {
    const { type, body } = decodeEnvelope(text.trim());
    if (type === 'ttp/policy@1' && isJsonObject(body)) {
      const { serial, layer, text: policy } = body;
      if (typeof serial === 'number' && typeof policy === 'string')
        return { policy: loadPolicy(policy), serial, ...(typeof layer === 'string' ? { layer } : {}) };
    }
    throw new TtpError('CLI_STATEMENT', 'it is no signed policy', { field: 'after' });
  });
}
