import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codeThrownBy, thirdParty, thirdPartyDir } from '../../src/index.js';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ttp-vectors-'));
  writeFileSync(join(dir, 'some.json'), '[1]');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

describe('third-party vectors', () => {
  it('are read from TTP_VECTORS', () => {
    vi.stubEnv('TTP_VECTORS', dir);
    expect(thirdPartyDir()).toBe(`${dir}/`);
    expect(thirdParty('some.json')).toBe('[1]');
  });

  it('fail loudly when the folder is there and the file is not', () => {
    vi.stubEnv('TTP_VECTORS', `${dir}/`);
    expect(codeThrownBy(() => thirdParty('smoe.json'))).toBe('TESTKIT_NO_FILE');
  });

  it('fail loudly when TTP_VECTORS names nothing', () => {
    vi.stubEnv('TTP_VECTORS', join(dir, 'gone'));
    expect(codeThrownBy(thirdPartyDir)).toBe('TESTKIT_NO_FILE');
  });

  it('stand beside the repository by default, or are absent', () => {
    vi.stubEnv('TTP_VECTORS', undefined);
    const found = thirdPartyDir();
    expect(found === undefined || found.endsWith('/shared/vectors/')).toBe(true);
    if (found === undefined) expect(thirdParty('SOURCES.md')).toBeUndefined();
    else expect(thirdParty('SOURCES.md')).toMatch(/third-party/i);
  });
});
