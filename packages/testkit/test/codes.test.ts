import { TtpError } from '@ttp/core';
import { describe, expect, it } from 'vitest';
import { codeRejectedBy, codeThrownBy } from '../src/index.js';

function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

describe('codeThrownBy and codeRejectedBy', () => {
  it('give the code of a TtpError', async () => {
    const error = new TtpError('CORE_BAD_DID', 'no');
    expect(codeThrownBy(throwing(error))).toBe('CORE_BAD_DID');
    expect(await codeRejectedBy(Promise.reject(error))).toBe('CORE_BAD_DID');
  });

  it('give undefined where nothing is thrown', async () => {
    expect(codeThrownBy(() => 1)).toBeUndefined();
    expect(await codeRejectedBy(Promise.resolve(1))).toBeUndefined();
  });

  it('let a crash through: it is no refusal', async () => {
    const crash = new TypeError('undefined is not a function');
    expect(() => codeThrownBy(throwing(crash))).toThrow(crash);
    await expect(codeRejectedBy(Promise.reject(crash))).rejects.toBe(crash);
    const lookalike = Object.assign(new Error('no'), { code: 'ENOENT' });
    expect(() => codeThrownBy(throwing(lookalike))).toThrow(lookalike);
  });
});
