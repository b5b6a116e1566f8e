import { guardedFetch } from '@ttp/adapters/fetch';
import { isTtpError, type JsonObject } from '@ttp/core';
import { badArgument, object, text } from '../arguments.js';
import { named } from '../foreign-keys.js';
import { listAt, textAt } from '../identity-arguments.js';
import type { Operation } from '../protocol.js';

/** What a URL may reach. */
export const FETCH_OPERATIONS: Readonly<Record<string, Operation>> = {
  async 'fetch.guard'(args) {
    const url = text(args, 'url');
    const dns = args.get('dns') === undefined ? {} : object(args, 'dns');
    const ports =
      args.get('ports') === undefined ? {} : { ports: listAt(args.get('ports'), 'ports', portAt) };
    let reached: JsonObject | undefined;
    const guard = guardedFetch({
      ...ports,
      resolve: async (host) => listAt(named(dns, host), 'dns', textAt),
      async connect(connect, port) {
        reached = { connect, port };
        throw new Error('no connection is made');
      },
    });
    try {
      await guard.fetch({ url, method: 'GET', headers: {}, signal: new AbortController().signal });
    } catch (error) {
      if (reached === undefined || !isTtpError(error, 'FETCH_FAILED')) throw error;
    }
    return reached ?? badArgument('url');
  },
};

const portAt = (value: unknown, name: string): number =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : badArgument(name);
