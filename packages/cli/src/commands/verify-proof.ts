import { isTtpError, type JsonObject } from '@ttp/core';
import { multikey, utf8 } from '@ttp/crypto';
import { leafHash, parseInclusionProof, verifyInclusion } from '@ttp/etr-merkle';
import { type Leaf, parseLeaf } from '@ttp/etr-merkle/trace';
import { visible } from '@ttp/oversight';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { inFile, readJson } from '../files/files.js';
import { parseProofFile } from '../log/proof-file.js';
import { timeText } from '../time-text.js';
import type { Call } from '../verb.js';
import { openByOne } from '../verify/checkpoint.js';
import { parseLogKey } from '../verify/log-keys.js';

/** What a proof shows, or the code of what is wrong with it. */
type Shown =
  | { readonly leaf: Leaf; readonly size: bigint; readonly index: bigint; readonly key: string }
  | { readonly code: string; readonly message: string };

/** `ttp verify proof`: whether an entry is in a log. */
export async function run({
  options: { logKey },
  args: [path = ''],
  io,
}: Call<{ readonly logKey: readonly string[] }>): Promise<Answer> {
  const keys = logKey.map(parseLogKey);
  const json = await readJson(path, { field: 'file', io });
  const file = inFile(path, 'file', () => parseProofFile(json));
  const { origin } = file;
  const shown = check(file, keys);
  if ('code' in shown) {
    const { code, message } = shown;
    return {
      exit: EXIT.no,
      json: { valid: false, origin, code, message },
      text: (paint) => `${paint.bad('NOT VALID')}: ${visible(message)} [${code}]`,
    };
  }
  const { leaf, size, index, key } = shown;
  return {
    exit: EXIT.ok,
    json: { valid: true, origin, entry: `${index}`, treeSize: `${size}`, logKey: key, leaf: jsonOf(leaf) },
    text: (paint) =>
      [
        `${paint.good('valid')}: entry ${index} of ${size} in ${visible(origin)}, signed by ${key}`,
        `${leaf.type}  ${timeText(leaf.at)}  ${visible(leaf.subject)}`,
      ].join('\n'),
  };
}

function check(
  { origin, leaf: text, proof, checkpoint: note }: ReturnType<typeof parseProofFile>,
  keys: Parameters<typeof openByOne>[2],
): Shown {
  if (keys.length === 0)
    return { code: 'CLI_LOG_KEY_MISSING', message: 'no log key was given, so nobody knows who signed it' };
  const opened = openByOne(note, origin, keys);
  if ('refused' in opened)
    return {
      code: opened.refused?.code ?? 'ETR_NOTE_UNTRUSTED',
      message: opened.refused?.message ?? 'no key was given for this log',
    };
  const { checkpoint, key } = opened;
  try {
    const { index, size, proof: hashes } = parseInclusionProof(proof);
    const { root } = checkpoint;
    // The size is the signed one: an inclusion proof alone does not bind it (flaw.E1).
    const claim = { leafHash: leafHash(utf8(text)), index, size, proof: hashes, root };
    if (size !== checkpoint.size || !verifyInclusion(claim))
      return {
        code: 'ETR_BUNDLE_INCLUSION',
        message: 'the entry does not lead to the root of the checkpoint',
      };
    return { leaf: parseLeaf(utf8(text)), size, index, key: multikey(key.publicKey) };
  } catch (error) {
    if (!isTtpError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

const jsonOf = (leaf: Leaf): JsonObject => ({ ...leaf });
