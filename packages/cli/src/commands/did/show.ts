import { type DidDocument, type Envelope, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { visible } from '@ttp/oversight';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { table } from '../../table.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';
import { type Subject, type SubjectSources, subjectOf } from './subject.js';

/** `ttp did show`: the verified document of an identity, and how it came about. */
export async function run({ options, args: [text = ''], io }: Call<SubjectSources>): Promise<Answer> {
  const { document, keyLog, pending } = await subjectOf(text, options, io);
  return {
    exit: EXIT.ok,
    json: {
      did: document.id,
      verified: true,
      document: documentJson(document),
      ...(pending === undefined ? {} : { pendingRecovery: { ...pending } }),
      ...(keyLog === undefined ? {} : { keyLog: keyLog.map(entryJson) }),
    },
    text: ({ good, bad, width }) =>
      [
        `${document.id}  ${good('verified')}`,
        ...pendingText(pending, bad),
        '',
        table(
          ['key', 'public key'],
          document.verificationMethod.map(({ id, publicKeyMultibase }) => [
            id.slice(document.id.length),
            publicKeyMultibase,
          ]),
          width,
        ),
        ...servicesOf(document, width),
        ...(keyLog === undefined ? [] : ['', logTable(keyLog, width)]),
      ].join('\n'),
  };
}

/** What the owner has to know in time: a recovery that nobody vetoes takes the identity over. */
export const pendingText = (pending: Subject['pending'], bad: (text: string) => string): readonly string[] =>
  pending === undefined
    ? []
    : [
        `${bad('RECOVERY PENDING')}  ${pending.id}${pending.dueAt === undefined ? '' : `, in force from ${timeText(pending.dueAt)}`}`,
        'veto it with: ttp did rotate <identity file> --veto <the key log that ends with it>',
      ];

export function servicesOf({ id: did, service = [] }: DidDocument, width: number): readonly string[] {
  if (service.length === 0) return [];
  const rows = service.map(({ id, type, serviceEndpoint }) =>
    [id.slice(did.length), type, serviceEndpoint].map(visible),
  );
  return ['', table(['service', 'type', 'endpoint'], rows, width)];
}

/** The entries of a verified key log, oldest first. */
function logTable(keyLog: readonly Envelope[], width: number): string {
  const rows = keyLog.map((entry, i) => [
    `${i}`,
    timeText(entry.head.iat),
    operationOf(entry),
    entry.sigs.map(({ kid }) => kid.slice(kid.indexOf('#'))).join(' '),
  ]);
  return table(['entry', 'time', 'operation', 'signed by'], rows, width);
}

const operationOf = ({ body }: Envelope): string =>
  typeof body['op'] === 'string' ? body['op'] : 'inception';

const entryJson = (entry: Envelope): JsonObject => ({
  operation: operationOf(entry),
  at: entry.head.iat,
  signedBy: entry.sigs.map(({ kid }) => kid),
  body: entry.body,
});

/** A document as JSON. */
export function documentJson(document: DidDocument): JsonObject {
  const json: Json = JSON.parse(JSON.stringify(document));
  return isJsonObject(json) ? json : { id: document.id };
}

/** Whether a document of somebody's is, member for member, the one that a key log stands for. */
export const isSameDocument = (theirs: Json, document: DidDocument): boolean =>
  hashJson(theirs) === hashJson(documentJson(document));
