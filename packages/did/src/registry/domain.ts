import { type Did, isJsonObject, TtpError } from '@ttp/core';
import { fetchJson, type WebPorts } from '../foreign/fetch-json.js';
import type { TessoriumName } from '../syntax.js';

/**
 * Checks that the domain says what the claim says: `https://{domain}/.well-known/ttp.json` is
 * `{ "v": 1, "names": { "{name}": "{did}" } }`, and the name is that of the domain, `acme` for `acme.com` or `acme-co-uk`
 * for `acme.co.uk`. Otherwise any domain would do for any name.
 *
 * @throws DID_NAME_UNPROVED, and the codes of `fetchJson`
 */
export async function requireDomainProof(
  domain: string,
  name: { readonly text: string; readonly parsed: TessoriumName },
  did: Did,
  ports: WebPorts,
): Promise<void> {
  const labels = domain.split('.');
  const { identifier } = name.parsed;
  if (identifier !== labels.join('-') && !(labels.length === 2 && labels[0] === identifier))
    throw unproved(`${identifier} is not the name of ${domain}`);
  const document = await fetchJson(`https://${domain}/.well-known/ttp.json`, ports);
  const { v, names } = document;
  if (v !== 1 || !isJsonObject(names) || !Object.hasOwn(names, name.text) || names[name.text] !== did)
    throw unproved(`${domain} does not name ${did}`);
}

const unproved = (message: string): TtpError =>
  new TtpError('DID_NAME_UNPROVED', message, { field: 'authority.domain' });
