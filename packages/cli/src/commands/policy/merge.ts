import { visible } from '@ttp/oversight';
import { agreementHash, type Conflict, type ConflictSide, weigh } from '@ttp/pnp';
import { loadPolicy, type Policy } from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { inFile, readBytes } from '../../files/files.js';
import type { Call } from '../../verb.js';
import { plainJson } from './plain-json.js';

/** `ttp policy merge`: what two policies come to, and what keeps them apart. */
export async function run({ args: [a = '', b = ''], io }: Call): Promise<Answer> {
  const load = async (file: string, field: string): Promise<Policy> => {
    const bytes = await readBytes(file, { field, io });
    return inFile(file, field, () => loadPolicy(bytes));
  };
  const { agreement, conflicts } = weigh(await load(a, 'a'), await load(b, 'b'));
  const comesTogether = agreement !== undefined && conflicts.length === 0;
  const merged = agreement === undefined ? {} : { agreement, hash: agreementHash(agreement) };
  return {
    exit: comesTogether ? EXIT.ok : EXIT.no,
    json: plainJson({ ...merged, conflicts }),
    text: (paint) =>
      [
        ...(agreement === undefined ? [] : [visible(JSON.stringify(agreement, undefined, 2)), '']),
        comesTogether ? paint.good('comes together') : paint.bad('conflicts'),
        ...conflicts.map(lineOf),
      ].join('\n'),
  };
}

const lineOf = ({ code, left, right }: Conflict): string => `${sideOf(left)}, and ${sideOf(right)} [${code}]`;

const sideOf = ({ field, value }: ConflictSide): string => visible(`${field} ${JSON.stringify(value)}`);
