import { BlockList } from 'node:net';
import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../src/fetch.js';

/** The ranges as the registries list them, matched by Node's own code. */
function model(): { isPublic(address: string, family: 'ipv4' | 'ipv6'): boolean } {
  // Two lists: one would match its IPv6 ranges against the mapped form of IPv4 addresses.
  const refused = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const [net, bits] of [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['168.63.129.16', 32],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ] as const)
    refused.ipv4.addSubnet(net, bits, 'ipv4');
  for (const [net, bits] of [
    ['::', 3],
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['3fff::', 20],
    ['4000::', 2],
    ['8000::', 1],
  ] as const)
    refused.ipv6.addSubnet(net, bits, 'ipv6');
  return { isPublic: (address, family) => !refused[family].check(address, family) };
}

const EDGES_V4 = [
  '9.255',
  '10.0',
  '100.63',
  '100.64',
  '100.127',
  '100.128',
  '127.0',
  '169.254',
  '172.15',
  '172.31',
];
const EDGES_V6 = [
  '2000',
  '2001:0',
  '2001:1ff',
  '2001:200',
  '2001:db8',
  '2001:db9',
  '2002',
  '3fff:fff',
  '3fff:1000',
];

const randomV4 = (random: SeededRandom): string =>
  random.chance(0.5)
    ? `${random.pick(EDGES_V4)}.${random.int(256)}.${random.int(256)}`
    : [0, 0, 0, 0].map(() => random.int(256)).join('.');

function randomV6(random: SeededRandom): string {
  const head = random.chance(0.5) ? random.pick(EDGES_V6).split(':') : [];
  const groups = Array.from({ length: 8 - head.length }, () => random.int(65_536).toString(16));
  return [...head, ...groups].join(':');
}

describe('isPublicAddress', () => {
  it('agrees with the registries, matched by other code, on random addresses near every edge', async () => {
    proves('flaw.G3');
    const registries = model();
    await withSeed('addresses', 20, (random) => {
      for (let i = 0; i < 200; i += 1) {
        const v4 = randomV4(random);
        expect([v4, isPublicAddress(v4)]).toEqual([v4, registries.isPublic(v4, 'ipv4')]);
        const v6 = randomV6(random);
        expect([v6, isPublicAddress(v6)]).toEqual([v6, registries.isPublic(v6, 'ipv6')]);
      }
    });
  });

  it('says no to every IPv4 address inside an IPv6 address, public or not', async () => {
    proves('flaw.G3');
    await withSeed('embedded', 20, (random) => {
      const v4 = randomV4(random);
      for (const prefix of ['::ffff:', '::', '64:ff9b::', '64:ff9b:1::', '::ffff:0:'])
        expect(isPublicAddress(prefix + v4)).toBe(false);
    });
  });

  it('says no to what is no address', () => {
    const texts = [
      '',
      ':',
      ':::',
      '::1::',
      '1:2:3',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7::8',
      '2606::4700::',
      'x::',
    ];
    const more = [
      '[2606:4700::1]',
      '2606:4700::1%eth0',
      '2606:4700::1/64',
      '1.2.3',
      '1.2.3.4.5',
      '08.8.8.8',
      '8.8.8.256',
    ];
    for (const text of [...texts, ...more, '2606:4700::8.8.8', '2606:4700::008.8.8.8', '8.8.8.8 ', '٨.8.8.8'])
      expect([text, isPublicAddress(text)]).toEqual([text, false]);
    expect(isPublicAddress('8.8.8.8')).toBe(true);
    expect(isPublicAddress('2606:4700:0:0:0:0:0:1')).toBe(true);
    expect(isPublicAddress('2606:4700::8.8.8.8')).toBe(true);
  });
});
