import { defineConfig } from 'vitepress';
import { pages, titleOf } from '../pages.mjs';

const link = (page) => `/${page.replace(/\.md$/, '')}`;
const entry = (file) => ({ text: titleOf(file), link: link(pages.get(file)) });
const entriesOf = (folder) => [...pages.keys()].filter((file) => file.startsWith(`${folder}/`)).map(entry);
const named = (...files) => files.filter((file) => pages.has(file)).map(entry);

/** The order in which somebody new would read. */
const start = [
  'README.md',
  'docs/quick-start.md',
  'docs/integration.md',
  'docs/observe.md',
  'docs/policies.md',
];
const design = ['docs/ARCHITECTURE.md', 'docs/threat-model.md', 'LIMITATIONS.md', 'docs/benchmarks.md'];
const reference = [
  'docs/ERRORS.md',
  'docs/LIMITS.md',
  'conformance/README.md',
  'bench/README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
];

export default defineConfig({
  title: 'TTP',
  description: 'The trust layer of AI agents',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: 'dist/.cache',
  cleanUrls: true,
  // What looks like a tag in our texts is text.
  markdown: { html: false },
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  themeConfig: {
    search: { provider: 'local' },
    nav: named('docs/quick-start.md', 'docs/ARCHITECTURE.md', 'docs/threat-model.md', 'docs/benchmarks.md'),
    sidebar: [
      { text: 'Start', items: named(...start) },
      { text: 'Design', items: named(...design) },
      { text: 'Packages', items: entriesOf('packages') },
      { text: 'Examples', items: entriesOf('examples') },
      { text: 'Specification', items: entriesOf('docs/spec') },
      { text: 'Reference', items: named(...reference) },
      { text: 'Decisions', items: entriesOf('docs/adr') },
    ].filter(({ items }) => items.length > 0),
  },
});
