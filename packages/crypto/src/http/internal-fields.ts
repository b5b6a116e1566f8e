import { base64 } from '../encoding/base64.js';
import { fieldPairs, type HeaderFields } from './message.js';
import type { SignedHttp } from './sign.js';

/**
 * Whether a field is one that only we may set: `X-TTP-*` or `X-Tessorium-*`, in any case, and with any other sign
 * for a hyphen, since CGI and what grew from it read `X_TTP_Score` and `X-TTP-Score` as one name.
 */
function isInternal(name: string): boolean {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '-')
    .replace(/^-+/, '');
  return plain.startsWith('x-ttp-') || plain.startsWith('x-tessorium-');
}

/**
 * The fields without those that only we may set, for whatever comes from outside (flaw.G1). `Connection` no longer
 * names them either: a proxy behind us would take away the ones that we set.
 */
export function withoutInternalFields(headers: HeaderFields): readonly (readonly [string, string])[] {
  const kept: (readonly [string, string])[] = [];
  for (const [name, value] of fieldPairs(headers)) {
    if (isInternal(name)) continue;
    if (name.trim().toLowerCase() !== 'connection') {
      kept.push([name, value]);
      continue;
    }
    const options = value.split(',').map((option) => option.trim());
    const rest = options.filter((option) => !isInternal(option));
    if (rest.length === options.length) kept.push([name, value]);
    else if (rest.some((option) => option !== '')) kept.push([name, rest.join(', ')]);
  }
  return kept;
}

/**
 * The `X-Tessorium-*` rendering of a signature, for people and logs. It authenticates nothing and nothing reads it:
 * it is what `withoutInternalFields` takes away.
 *
 * @param signed what `signRequest` returned
 * @param traceId of the call
 */
export function informationalFields(signed: SignedHttp, traceId: string): Readonly<Record<string, string>> {
  const { headers, signature, created, expires, covered } = signed;
  return {
    'X-Tessorium-Timestamp': String(created),
    'X-Tessorium-Signature': base64(signature),
    'X-Tessorium-Content-Hash': headers['Content-Digest'] ?? '',
    'X-Tessorium-Signed-Headers': covered.join(';'),
    'X-Tessorium-Trace-Id': traceId,
    'X-Tessorium-Deadline': String(expires),
  };
}
