import { asDid, isJsonObject } from '@ttp/core';
import { decodeEnvelope, parseJson, utf8 } from '@ttp/crypto';
import { readWebDocument } from '../src/foreign/web-document.js';
import { readRecord } from '../src/handshake/record.js';
import {
  readChallengeResponse,
  readComplete,
  readInit,
  readResponse,
  readRetry,
} from '../src/handshake/wire.js';
import { didOf, parseDid, verifyStatusList } from '../src/index.js';
import { readKeyLog } from '../src/key-log.js';
import { isMultiaddr } from '../src/multiaddr.js';
import { parseOperation } from '../src/operation.js';
import { readLog } from '../src/read-log.js';
import { parseNameClaim } from '../src/registry/claim.js';
import { decodeNameEntry } from '../src/registry/entry.js';
import { parseRevocation } from '../src/revocation/statement.js';
import { isEndpoint } from '../src/service.js';
import { decodeStoredLog } from '../src/stored-log.js';

/** A reader of hostile text: what it reads, and families of inputs that grow, each as bad as it gets. */
export interface Reader {
  readonly name: string;
  readonly seeds: readonly string[];
  readonly read: (text: string) => unknown;
  /** Inputs of about `n` characters. */
  readonly worst: readonly ((n: number) => string)[];
}

const DID = asDid('did:ttp:tool:QmS2ueMrjyjVjUofn2tmyt5Nmxc3xThVhVDa4fomPbMM6Y');
const WEB = asDid('did:web:example.com');
const HASH = `sha256:${'0'.repeat(64)}`;
const ENTRY = '{"body":{"v":1},"head":{"iat":1,"iss":"did:a:b"},"sigs":[],"type":"ttp/did-op@1"}';

/** Gives the object in the text to a reader of objects. */
const object =
  (read: (value: Parameters<typeof parseOperation>[0]) => unknown) =>
  (text: string): unknown => {
    const value = parseJson(text);
    return isJsonObject(value) ? read(value) : undefined;
  };

const many = (n: number, one: string): string =>
  Array.from({ length: Math.ceil(n / one.length) }, () => one).join(',');
const bytes = (read: (message: Uint8Array) => unknown) => (text: string) => read(utf8(text));

/** Every reader of this package that is given bytes from outside. */
export const READERS: readonly Reader[] = [
  {
    name: 'an identifier',
    seeds: [DID, 'did:tessorium:agent:rig:v1', 'did:service:acme:api:1.0.0-rc.1', 'isnad:a3f8b2', WEB],
    read: parseDid,
    worst: [
      (n) => `did:ttp:agent:${'Q'.repeat(n)}`,
      (n) => `did:web:a.b${':a'.repeat(n / 2)}`,
      (n) => `did:web:${'a.'.repeat(n / 2)}com`,
      (n) => `did:service:a:b:1.0.0-${'a.'.repeat(n / 2)}a`,
      (n) => 'did:'.repeat(n / 4),
    ],
  },
  {
    name: 'a multiaddress',
    seeds: [
      '/dns4/agent.example.com/tcp/4001/p2p/QmS2ueMrjyjVjUofn2tmyt5Nmxc3xThVhVDa4fomPbMM6Y',
      '/ip6/::1/udp/1',
    ],
    read: isMultiaddr,
    worst: [
      (n) => '/ip4/1.1.1.1'.repeat(n / 12),
      (n) => `/ip6/${':'.repeat(n)}`,
      (n) => '/'.repeat(n),
      (n) => `/dns/${'a.'.repeat(n / 2)}`,
    ],
  },
  {
    name: 'an endpoint',
    seeds: ['https://agent.example.com/ttp', '/ip4/1.2.3.4/tcp/1'],
    read: isEndpoint,
    worst: [(n) => `https://a.b/${'a'.repeat(n)}`, (n) => `https://${'a.'.repeat(n / 2)}com`],
  },
  {
    name: 'an operation of a key log',
    seeds: [
      `{"v":1,"op":"rotate","seq":1,"keys":["z6Mk"],"next":["${HASH}"]}`,
      '{"v":1,"op":"services","seq":1,"services":[{"id":"#a","type":"T","serviceEndpoint":"https://a.b"}]}',
    ],
    read: object(parseOperation),
    worst: [
      (n) => `{"v":1,"op":"rotate","seq":1,"keys":[${many(n, '"z6Mk"')}],"next":["${HASH}"]}`,
      (n) =>
        `{"v":1,"op":"services","seq":1,"services":[${many(n, '{"id":"#a","type":"T","serviceEndpoint":"https://a.b"}')}]}`,
      (n) => `{"v":1,"op":"${'x'.repeat(n)}"}`,
    ],
  },
  {
    name: 'an inception',
    seeds: [`{"v":1,"type":"agent","keys":["z6Mk"],"next":["${HASH}"],"nonce":"${'A'.repeat(43)}"}`],
    read: object(didOf),
    worst: [
      (n) => `{"v":1,"type":"agent","keys":["z6Mk"],"next":[${many(n, `"${HASH}"`)}],"nonce":"x"}`,
      (n) => `{"v":1,"type":"agent","keys":["z${'1'.repeat(n)}"],"next":["${HASH}"],"nonce":"x"}`,
    ],
  },
  {
    name: 'a stored key log',
    seeds: [`{"v":1,"entries":[${JSON.stringify(ENTRY)}],"seen":[1]}`],
    read: (text) => readLog(decodeStoredLog(DID, utf8(text))),
    worst: [
      (n) => `{"v":1,"entries":[${many(n, JSON.stringify(ENTRY))}]}`,
      (n) => `{"v":1,"entries":[],"seen":[${many(n, '1')}]}`,
    ],
  },
  {
    name: 'a key log on the wire',
    seeds: [ENTRY],
    read: (text) => readKeyLog([decodeEnvelope(text)]),
    worst: [(n) => ENTRY.replace('"v":1', `"a":[${many(n, '1')}]`)],
  },
  {
    name: 'an entry of a registry',
    seeds: [`{"v":1,"at":5,"claim":${JSON.stringify(ENTRY)}}`],
    read: (text) => decodeNameEntry(text, 0n),
    worst: [
      (n) => `{"v":1,"at":5,"claim":"${'x'.repeat(n)}"}`,
      (n) => `{"v":1,"at":5,"claim":"{}",${many(n, '"a":1').replaceAll('"a"', '"b"')}}`,
    ],
  },
  {
    name: 'a claim of a name',
    seeds: [
      `{"v":1,"name":"did:tessorium:tool:github-api:v1","did":"${DID}","authority":{"kind":"operator","did":"${DID}"}}`,
    ],
    read: object(parseNameClaim),
    worst: [
      (n) =>
        `{"v":1,"name":"did:tessorium:tool:${'a-'.repeat(n / 2)}:v1","did":"${DID}","authority":{"kind":"x"}}`,
    ],
  },
  {
    name: 'a revocation',
    seeds: [
      `{"v":1,"subject":"${DID}","tier":"self","severity":"low","cause":"conduct","reason":"r","until":9}`,
    ],
    read: object((body) => parseRevocation(body, { iat: 5 })),
    worst: [
      (n) =>
        `{"v":1,"subject":"${DID}","tier":"self","severity":"low","cause":"conduct","reason":"${'r'.repeat(n)}"}`,
    ],
  },
  {
    name: 'a status list',
    seeds: [ENTRY.replace('did-op', 'status-list')],
    read: (text) => verifyStatusList(text, { issuer: DID, keyOf: () => undefined, now: 1 }),
    worst: [(n) => ENTRY.replace('did-op', 'status-list').replace('"v":1', `"list":[${many(n, '"x"')}]`)],
  },
  {
    name: 'a document of the web',
    seeds: [
      `{"id":"${WEB}","verificationMethod":[{"id":"#k","type":"Multikey","controller":"${WEB}","publicKeyMultibase":"z6Mk"}],"authentication":["#k"]}`,
    ],
    read: object((value) => readWebDocument(WEB, value)),
    worst: [
      (n) => `{"id":"${WEB}","verificationMethod":[${many(n, '{"id":"#k"}')}]}`,
      (n) => `{"id":"${WEB}","authentication":[${many(n, '"#k"')}]}`,
      (n) =>
        `{"id":"${WEB}","service":[${many(n, '{"id":"#s","type":"T","serviceEndpoint":"https://a.b"}')}]}`,
    ],
  },
  ...(
    [
      ['INIT', readInit],
      ['CHALLENGE_RESPONSE', readChallengeResponse],
      ['RESPONSE', readResponse],
      ['COMPLETE', readComplete],
      ['RETRY', readRetry],
    ] as const
  ).map(
    ([msg, read]): Reader => ({
      name: `the handshake message ${msg}`,
      seeds: [
        `{"ephemeral":"AAAA","iat":1,"initiator":{"did":"${DID}","kid":"${DID}#key-1","policy":"${HASH}"},"msg":"${msg}","nonce":"AAAA","responder":"${DID}","suite":"x","versions":[1]}`,
        `{"confirm":"AAAA","mac":"AAAA","msg":"${msg}","session":"AAAA","sig":"AAAA"}`,
      ],
      read: bytes(read),
      worst: [
        (n) => `{"msg":"${msg}","versions":[${many(n, '1')}]}`,
        (n) => `{"mac":"${'A'.repeat(n)}","msg":"${msg}"}`,
      ],
    }),
  ),
  {
    name: 'a record of a session',
    seeds: [
      '\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0001aaaaaaaaaaaaaaaaaaaa',
    ],
    read: bytes(readRecord),
    worst: [(n) => '\u0000'.repeat(n)],
  },
];
