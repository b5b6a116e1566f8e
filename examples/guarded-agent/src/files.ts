import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Put together at run time, so that no scanner of this repository takes them for leaks. Both are published samples. */
const CARD = ['4242', '4242', '4242', '4242'].join(' ');
const AWS_KEY = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');

const FILES: Readonly<Record<string, string>> = {
  'notes/plan.txt': 'Ship on Friday. Ask legal about the new terms.\n',
  'customers/order-17.txt': `Order 17, paid with card ${CARD}, ship to Vienna.\n`,
  'config/deploy.env': `REGION=eu-central-1\nAWS_ACCESS_KEY_ID=${AWS_KEY}\n`,
  'payroll/may.csv': 'name,salary\n',
  'drafts/.keep': '',
  'published/.keep': '',
};

/** Folders and files of the archive that the search walks while the agent is killed. */
const ARCHIVE = { folders: 60, files: 150 };

/** Writes the files that the agent works on; the archive is left out where nothing is to be searched. */
export function writeFiles(root: string, { withArchive }: { readonly withArchive: boolean }): void {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  if (!withArchive) return;
  for (let folder = 0; folder < ARCHIVE.folders; folder++) {
    const dir = join(root, 'archive', `year-${folder}`, 'q1', 'reports');
    mkdirSync(dir, { recursive: true });
    for (let file = 0; file < ARCHIVE.files; file++) writeFileSync(join(dir, `report-${file}.txt`), 'x\n');
  }
}
