import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import * as api from '../../src/http/index.js';

it('exports what it promises, and nothing that signs raw bytes', () => {
  proves('decision.D6', 'flaw.H2');
  expect(Object.keys(api).sort()).toEqual([
    'A2S_REQUEST_COMPONENTS',
    'A2S_TAG',
    'HTTP_BODY_MAX_BYTES',
    'HTTP_DIRECTORY_MAX_KEYS',
    'HTTP_FIELD_MAX_CHARS',
    'HTTP_MAX_COMPONENTS',
    'HTTP_MAX_FIELDS',
    'HTTP_MAX_SIGNATURES',
    'HTTP_SIGNATURE_LIFE_MS',
    'KEY_DIRECTORY_PATH',
    'KEY_DIRECTORY_TYPE',
    'WEB_BOT_AUTH_MAX_LIFE_MS',
    'WEB_BOT_AUTH_TAG',
    'digestField',
    'informationalFields',
    'jwkThumbprint',
    'readKeyDirectory',
    'readRequestField',
    'requestData',
    'requireDigest',
    'responseData',
    'signBotRequest',
    'signKeyDirectory',
    'signRequest',
    'signResponse',
    'verifyBotRequest',
    'verifyHttpSignature',
    'verifyRequest',
    'verifyResponse',
    'withoutInternalFields',
  ]);
});
