import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import type { Io } from '../../io.js';
import { progressOn } from '../../progress.js';
import { copyStorage } from '../../storage/copy.js';
import { requireUnused } from '../../storage/in-use.js';
import { openStore } from '../../store.js';

/** Where from and where to, as the options name them. */
export interface Way {
  readonly from: string;
  readonly fromField: string;
  readonly to: string;
  readonly toField: string;
}

/** Copies one storage to another, and says what both hold. */
export async function copy({ from, fromField, to, toField }: Way, io: Io): Promise<Answer> {
  await requireUnused(from, fromField);
  const source = await openStore(from, { field: fromField, exists: true });
  const said = progressOn(io);
  try {
    const target = await openStore(to, { field: toField, unfinished: true });
    try {
      const { inventory, resumed } = await copyStorage(source, target, said.step);
      const { keys, digest } = inventory;
      const logs = inventory.logs.map(({ name, size, root }) => ({ name, entries: `${size}`, root }));
      return {
        exit: EXIT.ok,
        json: { from, to, resumed, keys, digest, logs },
        text: () =>
          [
            `from     ${from}`,
            `to       ${to}${resumed ? ', where an interrupted copy was gone on with' : ''}`,
            `keys     ${keys}, digest ${digest}`,
            ...logs.map(({ name, entries, root }) => `log      ${name}: ${entries} entries, root ${root}`),
            'verified: both hold the same',
          ].join('\n'),
      };
    } finally {
      await target.close();
    }
  } finally {
    said.done();
    await source.close();
  }
}
