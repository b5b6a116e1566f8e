import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILES } from '../src/files.ts';
import { FORBIDDEN, SESSION } from '../src/session.ts';
import { observeThenEnforce, type Story } from '../src/story.ts';

let folder: string;
let story: Story;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ttp-observe-test-'));
  story = await observeThenEnforce(folder, () => undefined);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('observe, recommend, replay, enforce', () => {
  it('observes a session of at least 50 real calls: all go through, each named as not enforced', () => {
    expect(SESSION.length).toBeGreaterThanOrEqual(50);
    expect(new Set(SESSION.map(({ tool }) => tool)).size).toBe(9);
    expect(story.observed).toHaveLength(SESSION.length);
    for (const { input, isError, meta } of story.observed)
      expect({ input, isError, meta }).toMatchObject({
        isError: false,
        meta: {
          'ttp/mode': 'observe',
          'ttp/outcome': 'done',
          'ttp/observed': { status: 'blocked', code: 'SDK_DENIED' },
        },
      });
    expect(story.said).toMatch(/^ttp: OBSERVE MODE: /m);
  });

  it('recommends a policy that permits all of it, which lint and self-test accept', () => {
    expect(story.recommend).toMatchObject({ code: 0, json: { permitted: SESSION.length, omitted: [] } });
    expect(story.lint).toMatchObject({ code: 0, json: { findings: [] } });
    expect(story.selfTest.code).toBe(0);
    const { rules } = JSON.parse(readFileSync(story.policy, 'utf8'));
    for (const { description } of rules) expect(description).toMatch(/^Seen \d+ time|^Hidden files/);
  });

  it('says in advance that nothing is lost', () => {
    expect(story.replay).toMatchObject({
      code: 0,
      json: { summary: { permitted: SESSION.length, asks: 0, denied: 0, lost: 0, opened: 0, unread: 0 } },
    });
  });

  it('enforces it: every call that the session needs goes through, with the same answer', () => {
    expect(story.enforced).toHaveLength(SESSION.length);
    for (const [i, { input, text, isError, meta }] of story.enforced.entries()) {
      expect({ input, isError, outcome: meta['ttp/outcome'] }).toEqual({
        input,
        isError: false,
        outcome: 'done',
      });
      expect(meta).not.toHaveProperty(['ttp/mode']);
      // Times and the folder differ.
      if (SESSION[i]?.tool === 'read_text_file') expect(text).toBe(story.observed[i]?.text);
    }
  });

  it.each(FORBIDDEN.map(({ what }, i) => [what, i] as const))('denies %s', (_, i) => {
    const answer = story.forbidden[i];
    expect(answer).toMatchObject({ isError: true, meta: { 'ttp/outcome': 'blocked' } });
    expect(['SDK_DENIED', 'SPL_BAD_CALL']).toContain(answer?.meta['ttp/code']);
    expect(answer?.text).not.toMatch(/salary|root:|under review|Not for anybody/);
  });

  it('leaves every file that the session did not write as it was', () => {
    for (const [path, text] of Object.entries(FILES))
      expect(readFileSync(join(story.files, path), 'utf8')).toBe(text);
  });
});
