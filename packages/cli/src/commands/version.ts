import { createRequire } from 'node:module';
import { isJsonObject, type Json } from '@ttp/core';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';

/** `ttp version`: what runs here. */
export function run(): Promise<Answer> {
  const { platform, arch, versions } = process;
  const version = ownVersion();
  const node = versions.node;
  return Promise.resolve({
    exit: EXIT.ok,
    json: { version, node, platform, arch },
    text: () => `ttp ${version} on Node ${node}, ${platform} ${arch}`,
  });
}

/** By the package's own name, so that it is found from the sources and from what is built alike. */
function ownVersion(): string {
  const manifest: Json = createRequire(import.meta.url)('@ttp/cli/package.json');
  return isJsonObject(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : 'unknown';
}
