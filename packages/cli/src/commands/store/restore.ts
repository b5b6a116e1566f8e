import type { Answer } from '../../answer.js';
import type { Call } from '../../verb.js';
import { copy } from './copy.js';

/** `ttp store restore`: a backup, into an empty storage of any kind. */
export const run = ({
  args: [backup = ''],
  options: { store },
  io,
}: Call<{ readonly store: string }>): Promise<Answer> =>
  copy({ from: `sqlite:${backup}`, fromField: 'backup', to: store, toField: 'store' }, io);
