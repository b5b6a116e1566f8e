import { MULTIADDR_MAX_PARTS } from './limits.js';

const LABELS = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/;
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]{4,128}$/;
const MULTIBASE = /^[muzf][A-Za-z0-9+/_-]{4,256}$/;
const PORT = /^(?:0|[1-9][0-9]{0,4})$/;
const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/;

const isPort = (text: string): boolean => PORT.test(text) && Number(text) <= 65_535;
const isName = (text: string): boolean => LABELS.test(text);
const isBase58 = (text: string): boolean => BASE58.test(text);

/** The protocols of a multiaddress that TTP peers use, each with the check of its value; `undefined`: it has none. */
const PROTOCOLS: ReadonlyMap<string, ((value: string) => boolean) | undefined> = new Map([
  ['ip4', isIp4],
  ['ip6', isIp6],
  ['dns', isName],
  ['dns4', isName],
  ['dns6', isName],
  ['dnsaddr', isName],
  ['tcp', isPort],
  ['udp', isPort],
  ['tls', undefined],
  ['ws', undefined],
  ['wss', undefined],
  ['quic-v1', undefined],
  ['webtransport', undefined],
  ['webrtc-direct', undefined],
  ['certhash', (value: string) => MULTIBASE.test(value)],
  ['p2p', isBase58],
  ['p2p-circuit', undefined],
]);

/** The protocols that a multiaddress can begin with: they say where, not how. */
const HOSTS = ['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'dnsaddr', 'p2p'];

/**
 * Whether the text is a libp2p multiaddress in its readable form, such as `/dns4/agent.example.com/tcp/4001/p2p/Qm...`
 * (multiformats.io/multiaddr; ttp-protocol.txt L1629): protocols of a closed list, each with a value of its kind.
 * It says nothing about who answers there: that is proved by the peer's key. Linear in the text.
 */
export function isMultiaddr(text: string): boolean {
  const [root, ...parts] = text.split('/');
  if (root !== '' || !HOSTS.includes(parts[0] ?? '')) return false;
  let count = 0;
  for (let i = 0; i < parts.length; count++) {
    const protocol = parts[i++] ?? '';
    if (count === MULTIADDR_MAX_PARTS || !PROTOCOLS.has(protocol)) return false;
    const check = PROTOCOLS.get(protocol);
    if (check !== undefined && !check(parts[i++] ?? '')) return false;
  }
  return true;
}

function isIp4(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255);
}

/** Groups of hexadecimal digits, at most one `::`; the mixed form with a dotted quad is not canonical and refused. */
function isIp6(text: string): boolean {
  const halves = text.split('::');
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const all = groups.flat();
  if (halves.length > 2 || !all.every((group) => GROUP.test(group))) return false;
  return halves.length === 2 ? all.length < 8 : all.length === 8;
}
