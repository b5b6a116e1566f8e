import { type DidDocument, type Envelope, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { visible } from '@ttp/oversight';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { table } from '../../table.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';
import { subjectOf } from './subject.js';

/** `ttp did show`: the verified document of an identity, and how it came about. */
export async function run({
  options: { store },
  args: [text = ''],
}: Call<{ readonly store?: string }>): Promise<Answer> {
  const { document, keyLog } = await subjectOf(text, store);
  return {
    exit: EXIT.ok,
    json: {
      did: document.id,
      verified: true,
      document: documentJson(document),
      ...(keyLog === undefined ? {} : { keyLog: keyLog.map(entryJson) }),
    },
    text: ({ good, width }) =>
      [
        `${document.id}  ${good('verified')}`,
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

function servicesOf({ id: did, service = [] }: DidDocument, width: number): readonly string[] {
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
