// The Markdown of the repository as the pages of the site: one page per file, every relative link rewritten to the
// page it means. A link to nothing ends the build; a link to a file that is no page (source, data) becomes its name.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = fileURLToPath(new URL('pages', import.meta.url));

const inFolder = (folder) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : []);
const readmesOf = (folder) =>
  inFolder(folder)
    .map((name) => [`${folder}/${name}/README.md`, `${folder}/${name}.md`])
    .filter(([file]) => existsSync(join(root, file)));
const markdownOf = (folder, to) =>
  inFolder(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => [`${folder}/${name}`, `${to}${name}`]);

/** Repository file -> page, both relative. */
export const pages = new Map([
  ['README.md', 'overview.md'],
  ...['LIMITATIONS', 'SECURITY', 'CONTRIBUTING'].map((name) => [`${name}.md`, `${name.toLowerCase()}.md`]),
  ...markdownOf('docs', ''),
  ...markdownOf('docs/adr', 'adr/'),
  ...markdownOf('docs/spec', 'spec/'),
  ...readmesOf('packages'),
  ...readmesOf('examples'),
  ...[
    ['bench/README.md', 'bench.md'],
    ['conformance/README.md', 'conformance.md'],
  ].filter(([file]) => existsSync(join(root, file))),
]);

/** The first heading of a page, without its emphasis: what the sidebar calls it. */
export const titleOf = (file) =>
  /^# (.+)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1].replace(/[`*]/g, '') ?? file;

/** Every page with its links rewritten, and the links that lead nowhere, as `file: link`. */
export function renderPages() {
  const broken = [];
  const texts = new Map();
  for (const [file, page] of pages)
    texts.set(page, rewriteLinks(readFileSync(join(root, file), 'utf8'), file, page, broken));
  texts.set('index.md', readFileSync(new URL('home.md', import.meta.url), 'utf8'));
  return { texts, broken };
}

/** Writes the pages into `pages/`, in the place of those that were there. */
export function writePages(texts) {
  rmSync(out, { recursive: true, force: true });
  for (const [page, text] of texts) {
    const path = join(out, page);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** A fenced block and a code span stay as they are: what stands in them is text. A label may hold code. */
const FENCE_CODE_OR_LINK = /^```[\s\S]*?^```|`[^`\n]*`|\[([^\]]*)\]\(([^)\s]+)\)/gm;

function rewriteLinks(text, file, page, broken) {
  return text.replace(FENCE_CODE_OR_LINK, (whole, label, target) => {
    if (target === undefined || /^[a-z]+:|^#/.test(target)) return whole;
    const [path, anchor] = target.split('#');
    const meant = posix.normalize(posix.join(posix.dirname(file), path)).replace(/\/$/, '');
    const to = pages.get(meant) ?? pages.get(`${meant}/README.md`);
    if (to !== undefined) {
      const link = posix.relative(posix.dirname(page), to);
      return `[${label}](${link.startsWith('.') ? '' : './'}${link}${anchor ? `#${anchor}` : ''})`;
    }
    if (!existsSync(join(root, meant))) broken.push(`${file}: ${target}`);
    return label;
  });
}
