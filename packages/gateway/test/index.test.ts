import * as gateway from '@ttp/gateway/mcp';
import { codeRejectedBy } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

it('exports what it promises and nothing else', () => {
  expect(Object.keys(gateway).sort()).toEqual([
    'CALL_TIMEOUT_MS',
    'CONNECT_TIMEOUT_MS',
    'GATEWAY_ERRORS',
    'PINS_MAX',
    'RESULT_MAX_BYTES',
    'TOOLS_MAX',
    'TessoriumMCPGateway',
    'createMcpHttpFront',
    'listQuarantined',
    'listenMcpHttp',
    'openMcpGateway',
    'placeToolRelease',
    'signIntent',
    'signToolProvenance',
    'signToolRelease',
    'toolDigest',
    'verifyIntent',
    'wrapMcpServer',
  ]);
});

it.each([
  ['an empty name', { server: '' }],
  ['a name with a slash', { server: 'a/b' }],
  ['a name that is too long', { server: 'n'.repeat(65) }],
  ['no time to answer', { callTimeoutMs: 0 }],
  ['half a millisecond', { callTimeoutMs: 0.5 }],
])('refuses %s', async (_, options) => {
  expect(await codeRejectedBy(rig({ gateway: options }))).toBe('GATEWAY_BAD_OPTION');
});
