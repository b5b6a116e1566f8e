/** The files of `ttp init`, beside the identity and its storage: a policy, what calls it is about, and an agent. */

/** Reading below notes is allowed, 60 times a minute, but not below its drafts; everything else is denied. */
const POLICY = {
  version: '1.0.0',
  requirements: { requireIdentityVerification: true },
  rules: [
    {
      id: 'read-notes',
      effect: 'allow',
      resources: ['file:notes/**'],
      actions: ['read'],
      conditions: { 'request.rate': { lte: 60 } },
    },
    { id: 'no-drafts', effect: 'deny', resources: ['file:notes/drafts/**'], actions: ['read'] },
  ],
  defaultEffect: 'deny',
};

/**
 * A call of read_file is the action `read` on the file that its argument `path` names, in the folder of the tool:
 * `/notes/x` is another file than `notes/x`, and the same resource.
 */
const CALL_MAP = {
  version: 1,
  tools: { read_file: { action: 'read', resource: { scheme: 'file', path: 'input.path', relative: true } } },
};

/** The packages that the example imports. */
export const EXAMPLE_PACKAGES: readonly string[] = ['@ttp/adapters', '@ttp/crypto', '@ttp/did', '@ttp/sdk'];

/** What the example prints: the one call is permitted, the others are not. */
export const EXAMPLE_PRINTS: readonly string[] = [
  'notes/plan.txt: done',
  'notes/drafts/plan.txt: blocked (SDK_DENIED)',
  'agent.json: blocked (SDK_DENIED)',
];

const EXAMPLE = `// An agent behind an enforcement point: every call is checked, decided by policy.json, and recorded in ttp.db.
//   TTP_PASSPHRASE='...' node ttp/example.mjs
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { decryptKey } from '@ttp/crypto';
import { openIdentity } from '@ttp/did';
import { createTtp } from '@ttp/sdk';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const text = (name) => readFile(here(name), 'utf8');

const { keyLog, key } = JSON.parse(await text('agent.json'));
const { TTP_PASSPHRASE: passphrase = '' } = process.env;
delete process.env.TTP_PASSPHRASE; // what is started later does not inherit it
const seed = await decryptKey(key, { passphrase });
const identity = openIdentity({ keyLog, seed });
const storage = sqlite(here('ttp.db'));
const ttp = await createTtp({ identity, storage, policy: await text('policy.json'), callMap: await text('calls.json') });

/** The tool, as the agent calls it: only what the policy permits reaches readFile. */
async function readNote(path) {
  const call = { tool: 'read_file', input: { path } };
  const outcome = await ttp.a2t(call, (permit) => {
    permit.enter(); // again before each further effect
    return text(path);
  });
  console.log(\`\${path}: \${outcome.status}\${outcome.code === undefined ? '' : \` (\${outcome.code})\`}\`);
}

await readNote('notes/plan.txt');
await readNote('notes/drafts/plan.txt');
await readNote('agent.json');
await ttp.close();
await storage.close();
`;

/** What lies in the folder and is nobody else's to have. */
const IGNORED = ['agent.json', 'agent.json.next', 'ttp.db', 'ttp.db-*'];

/** Names below the folder, and what stands in them. */
export const PROJECT_FILES: Readonly<Record<string, string>> = {
  'policy.json': `${JSON.stringify(POLICY, null, 2)}\n`,
  'calls.json': `${JSON.stringify(CALL_MAP, null, 2)}\n`,
  'example.mjs': EXAMPLE,
  'notes/plan.txt': 'Ship it on Friday.\n',
  'notes/drafts/plan.txt': 'Or on Monday.\n',
  '.gitignore': IGNORED.map((name) => `${name}\n`).join(''),
};
