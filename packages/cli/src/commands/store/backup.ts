import type { Answer } from '../../answer.js';
import type { Call } from '../../verb.js';
import { copy } from './copy.js';

/** `ttp store backup`: everything of a storage, in one file that is a storage itself. */
export const run = ({
  options: { store, out },
  io,
}: Call<{ readonly store: string; readonly out: string }>): Promise<Answer> =>
  copy({ from: store, fromField: 'store', to: `sqlite:${out}`, toField: 'out' }, io);
