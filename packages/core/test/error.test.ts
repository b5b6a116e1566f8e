import { CORE_ERRORS, codeOf, isTtpError, TtpError } from '@ttp/core';
import { describe, expect, it } from 'vitest';

describe('TtpError', () => {
  it('carries a stable code, the field at fault and the cause', () => {
    const cause = new Error('disk');
    const error = new TtpError('CORE_BAD_HASH', 'no hash', { field: 'head.prev', cause });
    expect(error).toMatchObject({ code: 'CORE_BAD_HASH', field: 'head.prev', cause, message: 'no hash' });
  });

  it('goes over the wire without its cause', () => {
    const error = new TtpError('CORE_BAD_HASH', 'no hash', { cause: new Error('secret') });
    expect(JSON.parse(JSON.stringify(error))).toEqual({ code: 'CORE_BAD_HASH', message: 'no hash' });
    expect(JSON.stringify(new TtpError('CORE_BAD_DID', 'x', { field: 'iss' }))).toContain('"field":"iss"');
  });

  it('is recognised when another copy of the package made it', () => {
    const foreign = Object.assign(new Error('x'), { code: 'CORE_BAD_HASH', [Symbol.for('ttp.error')]: true });
    expect(isTtpError(foreign, 'CORE_BAD_HASH')).toBe(true);
    expect(isTtpError(foreign, 'CORE_BAD_DID')).toBe(false);
  });

  it('is not mistaken for whatever else was thrown', () => {
    for (const other of [undefined, null, 'text', {}, new Error('x'), { code: 'CORE_BAD_HASH' }])
      expect(isTtpError(other)).toBe(false);
    expect(codeOf(new Error('x'), 'CORE_UNKNOWN_TERM')).toBe('CORE_UNKNOWN_TERM');
    expect(codeOf(new TtpError('CORE_BAD_DID', 'x'), 'CORE_UNKNOWN_TERM')).toBe('CORE_BAD_DID');
  });

  it('takes its codes from a table that says what each means', () => {
    for (const [code, meaning] of Object.entries(CORE_ERRORS)) {
      expect(code).toMatch(/^CORE_[A-Z_]+$/);
      expect(meaning).toMatch(/^[A-Z].{15,}\.$/);
    }
  });
});
