import { describe, expect, it } from 'vitest';
import * as dlp from '../src/dlp/index.js';
import * as guard from '../src/index.js';

describe('what the package exports', () => {
  it('is this, and no more', () => {
    expect(Object.keys(guard).sort()).toEqual([
      'CASCADE_CAP',
      'CASCADE_EDGES_MAX',
      'CASCADE_MAX',
      'GUARD_ERRORS',
      'KILL_COOLDOWN_MS',
      'KILL_LEASE_MAX_MS',
      'KILL_LEASE_MS',
      'KILL_POLL_MS',
      'LABELS_HEADER',
      'LABELS_MEMBER',
      'OWN_LABELS_MAX',
      'VALUE_MAX_UNITS',
      'WINDOW_AMOUNT_CEILING',
      'WINDOW_BUCKETS',
      'applyTransform',
      'budgetStatus',
      'capabilitiesOf',
      'createBudgets',
      'createKillSwitch',
      'createTraceLabels',
      'createWindows',
      'decodeLabels',
      'encodeLabels',
      'labelHandler',
      'labelsOfMetadata',
      'openGrant',
      'parsePriceTable',
      'planCascade',
      'priceOf',
      'readBudgetLimit',
      'readLabels',
      'signBudget',
      'signGrant',
      'signKillOrder',
      'signLabelClear',
      'signReinstateOrder',
      'storeBudgetLimit',
      'transformHandler',
      'withLabels',
    ]);
    expect(Object.keys(dlp).sort()).toEqual([
      'DLP_RULES',
      'REDACTED',
      'dlpHandler',
      'redactJson',
      'scanJson',
      'scanText',
    ]);
  });
});
