import { base64, multikey } from '@ttp/crypto';
import { parseCheckpoint, parseNote } from '@ttp/etr-merkle';
import { visible } from '@ttp/oversight';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { inFile, readText } from '../files/files.js';
import type { Call } from '../verb.js';
import { openByOne } from '../verify/checkpoint.js';
import { parseLogKey } from '../verify/log-keys.js';

/** `ttp verify checkpoint`: whether a trusted key signed it, and for which tree. */
export async function run({
  options: { logKey },
  args: [path = ''],
  io,
}: Call<{ readonly logKey: readonly string[] }>): Promise<Answer> {
  const keys = logKey.map(parseLogKey);
  const note = await readText(path, { field: 'file', io });
  const { origin, size, root } = inFile(path, 'file', () => parseCheckpoint(parseNote(note).text));
  const opened = openByOne(note, origin, keys);
  const tree = { origin, treeSize: `${size}`, root: base64(root) };
  const lines = [`log   ${visible(origin)}`, `size  ${size}`, `root  ${base64(root)}`];
  if ('refused' in opened) {
    const code = keys.length === 0 ? 'CLI_LOG_KEY_MISSING' : (opened.refused?.code ?? 'ETR_NOTE_UNTRUSTED');
    return {
      exit: EXIT.no,
      json: { valid: false, ...tree, code },
      text: (paint) =>
        [...lines, `${paint.bad('NOT VALID')}: no key that you trust signed it [${code}]`].join('\n'),
    };
  }
  const signer = multikey(opened.key.publicKey);
  return {
    exit: EXIT.ok,
    json: { valid: true, ...tree, logKey: signer },
    text: (paint) => [...lines, `${paint.good('valid')}: signed by ${signer}`].join('\n'),
  };
}
