import { describe, expect, it } from 'vitest';
import * as oversight from '../src/index.js';

describe('what the package exports', () => {
  it('is this, and no more', () => {
    expect(Object.keys(oversight).sort()).toEqual([
      'APPROVAL_MAX_USES',
      'APPROVAL_VALID_MS',
      'OVERSIGHT_ERRORS',
      'PENDING_MAX_PER_AGENT',
      'REVIEW_DEFAULT_MS',
      'REVIEW_MAX_MS',
      'REVIEW_POLL_MS',
      'createOversight',
      'digestOf',
      'renderReview',
      'reviewMachine',
      'signReview',
      'visible',
    ]);
  });
});
