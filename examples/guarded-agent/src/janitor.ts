// Removes the folder of a demonstration that ended without saying so, even by SIGKILL: whoever started this process
// holds the other end of its standard input, and writes the folder on the first line, and `keep` if it is to stay.
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

const [folder = '', keep = ''] = (await text(process.stdin)).split('\n');
// Processes that are still ending may write into it for a moment.
if (folder !== '' && keep === '')
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
