import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isJsonObject } from '@ttp/core';
import type { Answer } from '../answer.js';
import { quote } from '../completion/quote.js';
import { EXIT } from '../exit-codes.js';
import { isThere, readJson, requireAbsent, requireFile, writeNew } from '../files/files.js';
import { writeNewIdentity } from '../files/new-identity.js';
import { EXAMPLE_PACKAGES, EXAMPLE_PRINTS, PROJECT_FILES } from '../init/project.js';
import type { Io } from '../io.js';
import { passphrases } from '../passphrase.js';
import type { Call } from '../verb.js';

/** Where everything of `ttp init` goes: one new folder, so that nothing of the project is touched. */
const FOLDER = 'ttp';

/** `ttp init`: an identity, a policy, a call map and an agent that runs, in a project of the user's. */
export async function run({ args: [project = '.'], io }: Call): Promise<Answer> {
  const folder = join(project, FOLDER);
  await requireFile(project, 'folder');
  await requireAbsent(folder, 'folder');
  const missing = await missingPackages(project);
  const passphrase = await passphrases(io).get('the new identity', { isNew: true });
  await mkdir(folder, { mode: 0o700 });
  const [out, store] = [join(folder, 'agent.json'), join(folder, 'ttp.db')];
  const { did, nextOut } = await writeNewIdentity(
    { out, type: 'agent', store },
    () => Promise.resolve(passphrase),
    io,
  );
  for (const [name, text] of Object.entries(PROJECT_FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeNew(join(folder, name), text, 'folder');
  }
  const files = [out, nextOut, store, ...Object.keys(PROJECT_FILES).map((name) => join(folder, name))];
  const next = stepsOf(folder, project, missing, io);
  return {
    exit: EXIT.ok,
    json: { folder, did, files, install: missing, next, prints: EXAMPLE_PRINTS },
    text: () =>
      [
        did,
        ...files.map((file) => `  ${file}`),
        '',
        'Next:',
        ...next.map((step, i) => `  ${i + 1}. ${step}`),
        '',
        'The example prints:',
        ...EXAMPLE_PRINTS.map((line) => `  ${line}`),
      ].join('\n'),
  };
}

/** Command lines for the folder that `ttp init` was called in. */
function stepsOf(
  folder: string,
  project: string,
  missing: readonly string[],
  { env }: Pick<Io, 'env'>,
): readonly string[] {
  const at = (name: string): string => asWord(join(folder, name));
  const ttp = env['npm_command'] === 'exec' ? 'npx ttp' : 'ttp'; // how it was called just now
  const where = `--store ${at('ttp.db')} --identity ${at('agent.json')}`;
  const install = `npm install ${missing.join(' ')}`;
  return [
    ...(missing.length === 0 ? [] : [project === '.' ? install : `(cd ${asWord(project)} && ${install})`]),
    `move ${at('agent.json.next')} somewhere else: it is the key for the next rotation`,
    `TTP_PASSPHRASE='...' node ${at('example.mjs')}`,
    `${ttp} trace list ${where}`,
    `${ttp} mcp --policy ${at('policy.json')} --call-map ${at('calls.json')} ${where} -- <an MCP server>`,
  ];
}

/** A path as a shell takes it. */
const asWord = (path: string): string => (/^[\w./-]+$/.test(path) ? path : quote(path));

/** The packages of the example that the project does not name yet; all of them where it has no manifest. */
async function missingPackages(project: string): Promise<readonly string[]> {
  const path = join(project, 'package.json');
  if (!(await isThere(path))) return EXAMPLE_PACKAGES;
  const manifest = await readJson(path, { field: 'folder' });
  const { dependencies = {}, devDependencies = {} } = isJsonObject(manifest) ? manifest : {};
  const named = [dependencies, devDependencies].flatMap((list) =>
    isJsonObject(list) ? Object.keys(list) : [],
  );
  return EXAMPLE_PACKAGES.filter((name) => !named.includes(name));
}
