import { hex } from '@ttp/crypto';
import { codeThrownBy, proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { Frontier } from '../src/frontier.js';
import { leafHash } from '../src/index.js';
import { entriesOf, rootOf } from './model.js';

it('has the root of the RFC at every size up to 300', () => {
  proves('etr-merkle.tree.rfc9162');
  const frontier = new Frontier();
  const entries = entriesOf(300);
  expect(hex(frontier.root())).toBe(hex(rootOf([])));
  for (const [n, entry] of entries.entries()) {
    frontier.append(leafHash(entry));
    expect([frontier.size, hex(frontier.root())]).toEqual([n + 1, hex(rootOf(entries.slice(0, n + 1)))]);
  }
});

it('keeps copies, and takes nothing but hashes', () => {
  const frontier = new Frontier();
  const hash = leafHash(Uint8Array.of(1));
  frontier.append(hash);
  const before = hex(frontier.root());
  hash.fill(0);
  frontier.root().fill(0);
  expect(hex(frontier.root())).toBe(before);
  expect(codeThrownBy(() => frontier.append(new Uint8Array(31)))).toBe('ETR_BAD_HASH');
});
