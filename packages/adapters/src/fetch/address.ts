/** A range of addresses: the first ones, as a number, and how many bits of them are fixed. */
interface Range {
  readonly first: bigint;
  readonly bits: number;
}

const OCTETS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

/**
 * IPv4 ranges that are not public: IANA's special-purpose registry (RFC 6890) without the entries that are
 * globally reachable, multicast, and one public address that a cloud answers on inside its machines.
 */
const REFUSED_V4 = [
  '0.0.0.0/8', // this network; connecting to 0.0.0.0 reaches this machine
  '10.0.0.0/8', // private (RFC 1918)
  '100.64.0.0/10', // carrier-grade NAT (RFC 6598), with one cloud's metadata service
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, with the metadata services
  '172.16.0.0/12', // private
  '192.0.0.0/24', // IETF protocol assignments, with one cloud's metadata service
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays, withdrawn (RFC 7526)
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  '168.63.129.16/32', // the platform agent of Azure's virtual machines
].map(rangeV4);

/** Global unicast: all that IANA hands out. Mapped, compatible, NAT64, local, link-local and multicast lie outside. */
const GLOBAL_V6 = rangeV6('2000::/3');

/** Parts of global unicast that are not public, or that carry an IPv4 address to who knows where. */
const REFUSED_V6 = [
  '2001::/23', // IETF protocol assignments: Teredo, ORCHID, benchmarks
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation (RFC 9637)
].map(rangeV6);

/**
 * Whether packets to this address leave for the public internet (flaw.G3). Takes the canonical spelling that a
 * resolver or the WHATWG URL parser gives; whatever is not an address is not public.
 *
 * @param address IPv4 in dotted decimal, or IPv6 without brackets and zone
 */
export function isPublicAddress(address: string): boolean {
  const v4 = parseV4(address);
  if (v4 !== undefined) return !REFUSED_V4.some((range) => contains(range, v4, 32));
  const v6 = parseV6(address);
  if (v6 === undefined || !contains(GLOBAL_V6, v6, 128) || isIsatap(v6)) return false;
  return !REFUSED_V6.some((range) => contains(range, v6, 128));
}

/** Whether `host` of a URL is an address rather than a name; brackets are taken off by {@link unbracketed}. */
export function isAddress(host: string): boolean {
  return parseV4(host) !== undefined || parseV6(host) !== undefined;
}

/** The host of a URL without the brackets of an IPv6 address. */
export function unbracketed(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** ISATAP (RFC 5214, section 6.1): the last 64 bits are 0:5efe or 200:5efe and an IPv4 address. */
function isIsatap(address: bigint): boolean {
  const interfaceId = (address >> 32n) & 0xffff_ffffn;
  return interfaceId === 0x0000_5efen || interfaceId === 0x0200_5efen;
}

function parseV4(text: string): bigint | undefined {
  const octets = OCTETS.exec(text)?.slice(1);
  // A leading zero is octal to some parsers: no resolver writes it, so it is no address here.
  if (octets === undefined || octets.some((octet) => Number(octet) > 255 || /^0\d/.test(octet)))
    return undefined;
  return octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (text.length > 45 || halves.length > 2) return undefined;
  const [head = [], tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const after = tail ?? [];
  const missing = 8 - head.length - after.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...after];
  return groups.reduce((sum, group) => (sum << 16n) | group, 0n);
}

/** The 16-bit groups of one side of `::`; an IPv4 address at the end is two of them. */
function groupsOf(half: string): bigint[] | undefined {
  if (half === '') return [];
  const groups: bigint[] = [];
  const parts = half.split(':');
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (GROUP.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function contains(range: Range, address: bigint, width: number): boolean {
  const rest = BigInt(width - range.bits);
  return address >> rest === range.first >> rest;
}

function rangeV4(text: string): Range {
  return rangeOf(text, parseV4);
}

function rangeV6(text: string): Range {
  return rangeOf(text, parseV6);
}

function rangeOf(text: string, parse: (address: string) => bigint | undefined): Range {
  const [address = '', bits] = text.split('/');
  return { first: parse(address) ?? 0n, bits: Number(bits) };
}
