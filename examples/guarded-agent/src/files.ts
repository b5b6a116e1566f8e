import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Put together at run time, so that no scanner of this repository takes them for leaks. Both are published samples. */
const CARD = ['4242', '4242', '4242', '4242'].join(' ');
const AWS_KEY = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');

const FILES = {
  'notes/plan.txt': 'Ship on Friday. Ask legal about the new terms.\n',
  'customers/order-17.txt': `Order 17, paid with card ${CARD}, ship to Vienna.\n`,
  'config/deploy.env': `REGION=eu-central-1\nAWS_ACCESS_KEY_ID=${AWS_KEY}\n`,
  'payroll/may.csv': 'name,salary\n',
  'drafts/.keep': '',
  'published/.keep': '',
} as const;

/** Folders and files of the archive that the search walks while the agent is killed. */
const ARCHIVE = { folders: 60, files: 150 };

/** Writes the files that the agent works on, all but the archive. */
export function writeFiles(root: string): void {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Whether a file is as {@link writeFiles} wrote it. */
export const isUnchanged = (root: string, path: keyof typeof FILES): boolean =>
  readFileSync(join(root, path), 'utf8') === FILES[path];

/**
 * Writes the archive while other work goes on. Its files are names of one file per folder: a fifth of the time.
 *
 * @param signal ends it between two folders
 */
export async function writeArchive(root: string, signal: AbortSignal): Promise<void> {
  for (let folder = 0; folder < ARCHIVE.folders; folder++) {
    signal.throwIfAborted();
    const dir = join(root, 'archive', `year-${folder}`, 'q1', 'reports');
    const name = (file: number): string => join(dir, `report-${file}.txt`);
    await mkdir(dir, { recursive: true });
    await writeFile(name(0), 'x\n');
    await Promise.all(Array.from({ length: ARCHIVE.files - 1 }, (_, file) => link(name(0), name(file + 1))));
  }
}
