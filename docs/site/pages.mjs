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

/** Writes all pages; returns the links that lead nowhere, as `file: link`. */
export function writePages() {
  rmSync(out, { recursive: true, force: true });
  const broken = [];
  for (const [file, page] of pages) {
    const text = readFileSync(join(root, file), 'utf8');
    write(page, rewriteLinks(text, file, page, broken));
  }
  write('index.md', readFileSync(new URL('home.md', import.meta.url), 'utf8'));
  return broken;
}

function write(page, text) {
  const path = join(out, page);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
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
