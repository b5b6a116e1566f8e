import type { Answer } from '../../answer.js';
import type { Call } from '../../verb.js';
import { copy } from './copy.js';

/** `ttp store migrate`: everything of one storage, in another one of any kind. */
export const run = ({ args: [from = '', to = ''], io }: Call): Promise<Answer> =>
  copy({ from, fromField: 'from', to, toField: 'to' }, io);
