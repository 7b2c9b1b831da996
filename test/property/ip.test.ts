import { isIP, isIPv4, isIPv6, SocketAddress } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { holds, masked } from '../../src/address/cidr.js';
import { checkHost } from '../../src/address/host.js';
import { parseIp, printIp, unmappedIp } from '../../src/address/ip.js';
import { rangeOf } from '../../src/address/ranges.js';
import { DisgoverError } from '../../src/errors.js';

/** What the system makes of a text, if it is the text that the system would print. */
function systemAccepts(text: string): boolean {
  if (isIPv4(text)) return true;
  return isIPv6(text) && new SocketAddress({ address: text, family: 'ipv6' }).address === text;
}

/** The spellings that attackers try for 127.0.0.1, 10.0.0.1 and 169.254.169.254, whole or in part, and IPv6 with faults. */
function spellings(): string[] {
  const quads = [
    [127, 0, 0, 1],
    [10, 0, 0, 1],
    [169, 254, 169, 254],
  ];
  const found = quads.flatMap((quad) => {
    const [a = 0, b = 0, c = 0, d = 0] = quad;
    const whole = ((a * 256 + b) * 256 + c) * 256 + d;
    const bases = [
      (n: number) => `${n}`,
      (n: number) => `0${n.toString(8)}`,
      (n: number) => `0x${n.toString(16)}`,
    ];
    const dotted = bases.flatMap((first) =>
      bases.flatMap((rest) => [
        quad.map((n, index) => (index === 0 ? first(n) : rest(n))).join('.'),
        `${first(a)}.${rest(whole & 0xffffff)}`,
        `${first(a)}.${rest(b)}.${rest(whole & 0xffff)}`,
        first(whole),
      ]),
    );
    const hexes = [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)].join(':');
    const text = quad.join('.');
    const wrapped = [
      '::ffff:',
      '::',
      '64:ff9b::',
      '::ffff:0:',
      '0:0:0:0:0:ffff:',
      '::FFFF:',
      '2002::',
    ].flatMap((prefix) => [`${prefix}${text}`, `${prefix}${hexes}`, `${prefix}${text}%lo`]);
    const around = [
      ` ${text}`,
      `${text} `,
      `${text}.`,
      `.${text}`,
      `${text}\n`,
      `${text}\0`,
      `[${text}]`,
      `${text}:80`,
    ];
    return [
      ...dotted,
      ...wrapped,
      ...around,
      `${text}/8`,
      `+${text}`,
      `-${text}`,
      `${text}.0`,
      text.replace('.', '..'),
    ];
  });
  const fullWidth = ['１２７.0.0.1', '①27.0.0.1', '127。0。0。1'];
  const ipv6 = [
    '::1',
    '::01',
    '::0001',
    '0::1',
    '::1%lo',
    '::1%1',
    '[::1]',
    ':::1',
    '::1::',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7',
  ];
  const more = [
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8',
    '1::3:4:5:6:7:8',
    '1:0:0:2::',
    'fe80::1%eth0',
    '12345::',
    'g::',
    ':',
    '::',
    '',
  ];
  const dots = [
    '1.2.3.4::',
    '::1.2.3.4:5',
    '::1.2.3',
    '::1.2.3.4.5',
    '::256.1.1.1',
    '::01.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
  ];
  return [...found, ...fullWidth, ...ipv6, ...more, ...dots];
}

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
/** Runs of zeroes are what its text is made of. */
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])));
const address = fc.oneof(ipv4, ipv6);
const likeIPv6 = fc
  .array(fc.constantFrom(':', '::', '0', '1', 'f', 'ffff', '.', '127', '%', 'A', '00'), { maxLength: 20 })
  .map((parts) => parts.join(''));
const likeIPv4 = fc
  .array(fc.constantFrom('.', '0', '1', '255', '256', '0x', ' '), { maxLength: 9 })
  .map((parts) => parts.join(''));

describe('IP addresses as text', () => {
  const all = spellings();

  it(`are read where the system prints them so, of ${all.length} spellings`, () => {
    expect(all.length).to.be.at.least(200);
    for (const text of all)
      expect(parseIp(text) !== undefined, JSON.stringify(text)).to.equal(systemAccepts(text));
  });

  it('that are no canonical literal pass as a host only where no system reads an address in them', () => {
    const reads = (text: string) =>
      isIP(text) !== 0 || /^(?:0x[\da-f]+|\d+)(?:\.(?:0x[\da-f]+|\d+)){0,3}$/i.test(text);
    for (const text of all.filter((one) => parseIp(one) === undefined && reads(one))) {
      expect(() => checkHost(text), JSON.stringify(text)).to.throw(DisgoverError);
    }
  });

  it('are read as the system reads them, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(likeIPv6, likeIPv4, fc.string({ maxLength: 12 })), (text) => {
        expect(parseIp(text) !== undefined).to.equal(systemAccepts(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('are printed as the system prints them', () => {
    fc.assert(
      fc.property(ipv6, (bytes) => {
        const full = Buffer.from(bytes)
          .toString('hex')
          .replace(/(.{4})(?!$)/g, '$1:');
        expect(printIp(bytes)).to.equal(new SocketAddress({ address: full, family: 'ipv6' }).address);
      }),
      { numRuns: 3_000 },
    );
  });

  it('are read back from what is printed', () => {
    fc.assert(
      fc.property(address, (bytes) => {
        expect(parseIp(printIp(bytes))).to.deep.equal(bytes);
      }),
    );
  });
});

describe('IP addresses as bytes', () => {
  it('lie in a range, mapped ones in that of IPv4 once unmapped', () => {
    fc.assert(
      fc.property(ipv4, (bytes) => {
        const mapped = Uint8Array.from([...new Array(10).fill(0), 0xff, 0xff, ...bytes]);
        expect(rangeOf(unmappedIp(mapped))).to.equal(rangeOf(bytes));
      }),
    );
  });

  it('lie in each of their networks, and in the same one as who shares its bits', () => {
    fc.assert(
      fc.property(address, fc.nat(128), fc.nat(127), (bytes, length, flipped) => {
        const bits = Math.min(length, bytes.length * 8);
        const block = { bytes: masked(bytes, bits), bits };
        expect(holds(block, bytes)).to.equal(true);
        const bit = flipped % (bytes.length * 8);
        const other = Uint8Array.from(bytes);
        other[bit >> 3] = (other[bit >> 3] as number) ^ (0x80 >> (bit & 7));
        expect(holds(block, other)).to.equal(bit >= bits);
      }),
      { numRuns: 2_000 },
    );
  });
});
