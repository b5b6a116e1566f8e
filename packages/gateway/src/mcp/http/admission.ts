import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { TtpError } from '@ttp/core';
import { equalBytes, sha256, utf8 } from '@ttp/crypto';
import { HTTP_TOKEN_MIN_CHARS } from '../../limits.js';

/** Who is let in. */
export interface Admission {
  /** Hosts that a request may name beside the loopback's, without ports. */
  readonly hosts?: readonly string[];
  /** Origins of web pages that may speak to the gateway beside those of the loopback, such as `https://app.example`. */
  readonly origins?: readonly string[];
  /**
   * What the agent has to bring as `Authorization: Bearer`, 16 printable ASCII characters at least. It is for this
   * gateway alone: it is never handed on, and no credential of the server is taken for it (flaw.T3).
   */
  readonly token?: string;
}

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const HOST = /^([a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/;
const TOKEN = new RegExp(`^[\\x21-\\x7e]{${HTTP_TOKEN_MIN_CHARS},4096}$`);
const BEARER = /^bearer +([\x21-\x7e]{1,4096})$/i;

/**
 * The checks that a request has to pass before anything of its body is read.
 *
 * The hosts and origins are checked always, also behind a token: a web page that has its own name resolve to the
 * loopback address reaches every port of the person who looks at it (DNS rebinding), and brings that name as host.
 *
 * @throws GATEWAY_BAD_OPTION; the returned function GATEWAY_HTTP_HOST, GATEWAY_HTTP_ORIGIN, GATEWAY_HTTP_UNAUTHORIZED,
 *   GATEWAY_HTTP_VERSION
 */
export function admission({ hosts = [], origins = [], token }: Admission): (request: Request) => void {
  const names = new Set([...LOOPBACK, ...hosts.map((host) => hostIn(host))]);
  const pages = new Set(origins.map((origin) => originIn(origin)));
  if (token !== undefined && !TOKEN.test(token))
    throw badOption('token', `a token is ${HTTP_TOKEN_MIN_CHARS} printable characters at least`);
  const wanted = token === undefined ? undefined : sha256(utf8(token));

  return ({ headers, url }) => {
    const host = headers.get('host') ?? new URL(url).host;
    const named = HOST.exec(host.toLowerCase())?.[1];
    if (named === undefined || !names.has(named))
      throw new TtpError('GATEWAY_HTTP_HOST', 'the host is not one of this gateway', { field: 'host' });
    const origin = headers.get('origin');
    if (origin !== null && !isAdmitted(origin, pages))
      throw new TtpError('GATEWAY_HTTP_ORIGIN', 'the origin is a foreign one', { field: 'origin' });
    if (wanted !== undefined) {
      const [, brought = ''] = BEARER.exec(headers.get('authorization') ?? '') ?? [];
      // Hashed, so that the time tells neither the length nor how far the two agree.
      if (!equalBytes(sha256(utf8(brought)), wanted))
        throw new TtpError('GATEWAY_HTTP_UNAUTHORIZED', 'a bearer token is needed', {
          field: 'authorization',
        });
    }
    const version = headers.get('mcp-protocol-version');
    if (version !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(version))
      throw new TtpError('GATEWAY_HTTP_VERSION', `spoken are ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}`, {
        field: 'mcp-protocol-version',
      });
  };
}

/** Pages of the loopback are people's own; of others, those that were named, with scheme and port. */
function isAdmitted(origin: string, pages: ReadonlySet<string>): boolean {
  if (pages.has(origin)) return true;
  const url = URL.parse(origin);
  return url !== null && url.origin === origin && LOOPBACK.includes(url.hostname);
}

function hostIn(host: string): string {
  const [, name] = HOST.exec(host.toLowerCase()) ?? [];
  if (name === undefined || name !== host.toLowerCase())
    throw badOption('hosts', `${host} is no host without a port`);
  return name;
}

function originIn(origin: string): string {
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin) throw badOption('origins', `${origin} is no origin`);
  return origin;
}

const badOption = (field: string, message: string): TtpError =>
  new TtpError('GATEWAY_BAD_OPTION', message, { field });
