import type { Verb } from '../verb.js';

const ADDRESSES = `An address is a file or sqlite:<file>, fs:<folder>, or postgres://<user>@<host>/<database>, with ?schema=<name> where it
is not ttp; a password comes from PGPASSWORD. PostgreSQL needs the package pg.`;

const COPYING = `The target has to be empty, and is compared with the source in the end: the Merkle root of every log, and a digest of
all keys. A copy that was interrupted is gone on with by the same command, and until it is whole every other verb refuses
it (CLI_STORE_UNFINISHED); createTtp does not look. Stop what runs on the source first: a source that is open, or
written to meanwhile, is refused.`;

const migrate: Verb = {
  name: 'store migrate',
  summary: 'Copy all of a storage into an empty one of any kind, and verify it.',
  description: `${COPYING}\n\n${ADDRESSES}`,
  arguments: [
    { name: '<from>', says: 'the address of the storage that there is' },
    { name: '<to>', says: 'the address of the empty one' },
  ],
  examples: [
    { line: 'ttp store migrate ttp.db postgres://ttp@localhost/agents', says: 'from one file to a server' },
    { line: 'ttp store migrate ttp.db fs:ttp-store', says: 'from one file to a folder of files' },
  ],
  load: () => import('../commands/store/migrate.js'),
};

const backup: Verb = {
  name: 'store backup',
  summary: 'Copy all of a storage into one file, and verify it.',
  description: `The backup is a storage in one SQLite file: every verb that takes --store reads it.
${COPYING}

${ADDRESSES}`,
  options: [
    { flags: '--store <address>', says: 'the storage', required: true },
    { flags: '-o, --out <file>', says: 'the backup to write, new or begun', required: true },
  ],
  examples: [{ line: 'ttp store backup --store fs:ttp-store --out backup.db', says: 'a folder of files' }],
  load: () => import('../commands/store/backup.js'),
};

const restore: Verb = {
  name: 'store restore',
  summary: 'Copy a backup into an empty storage, and verify it.',
  description: `An older backup knows of no kill, use of an approval or entry since: kill whom it has to be, before anybody runs on it.
${COPYING}

${ADDRESSES}`,
  arguments: [{ name: '<backup>', says: 'the file that ttp store backup has written' }],
  options: [{ flags: '--store <address>', says: 'the empty storage', required: true }],
  examples: [{ line: 'ttp store restore backup.db --store fs:ttp-store', says: 'into a new folder' }],
  load: () => import('../commands/store/restore.js'),
};

export const store: readonly Verb[] = [migrate, backup, restore];
