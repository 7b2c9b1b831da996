import { expect } from 'chai';
import { type Cidr, parseCidr } from '../../src/address/cidr.js';
import type { TransportInfo } from '../../src/contracts/transport.js';
import { DisgoverError, type FaultCode } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { DialPolicy, type DialPolicyDependencies, wasNotDialled } from '../../src/session/dial-policy.js';
import type { DialTarget } from '../../src/session/dialler.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { addressesOf, addressKey } from '../../src/wire/addresses.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedOf } from '../support/contacts.js';
import { expectThrowsCode } from '../support/expect-code.js';

const at = (host: string, port = 6742): TransportInfo => ({ type: 'tcp', host, port });
const blocks = (...texts: string[]): Cidr[] => texts.map((text) => parseCidr(text) ?? expect.fail(text));
const plainRules = { allow: [], deny: [], names: false, ports: new Set<number>() };

interface NodeOptions extends Partial<DialPolicyDependencies['rules']> {
  readonly own?: readonly string[];
  readonly seeds?: readonly DialTarget[];
  readonly known?: EncodedContact;
  readonly isClosedGroup?: boolean;
}

class Node {
  readonly runtime = new VirtualRuntime();
  readonly policy: DialPolicy;
  #names = 0;

  constructor({ own = ['8.8.8.8'], seeds = [], known, isClosedGroup = false, ...rules }: NodeOptions = {}) {
    this.policy = new DialPolicy({
      rules: { ...plainRules, ...rules },
      isSeed: (key) => seeds.some((seed) => addressesOf(seed).map(addressKey).includes(key)),
      own: () => own.map((host) => at(host)),
      known: (contact) => (contact === known ? contact : undefined),
      isClosedGroup: () => isClosedGroup,
      now: () => this.runtime.now(),
      randomBytes: (count) => this.runtime.randomBytes(count),
    });
    for (const seed of seeds) this.policy.trust(seed);
  }

  /** Dials what somebody has named. A name leads to `resolved`. */
  dial(info: TransportInfo, target: DialTarget = this.#stranger(info), resolved?: string): void {
    const { host = '', port = 0 } = info;
    const guard = this.policy.guard(target, info);
    if (resolved !== undefined) guard.checkName(host);
    guard.checkAddress(resolved ?? host, port);
  }

  /** Why it does not dial, or undefined. */
  refusal(...args: Parameters<Node['dial']>): string | undefined {
    try {
      this.dial(...args);
    } catch (fault) {
      expect(fault).to.be.instanceOf(DisgoverError);
      return (fault as DisgoverError).message;
    }
    return undefined;
  }

  #stranger(info: TransportInfo): EncodedContact {
    return encodedOf(`stranger-${this.#names++}`, { transport: info });
  }
}

describe('the dial policy', () => {
  context('of a node at a public address, for what peers name', () => {
    const never: Record<string, readonly string[]> = {
      'link-local': [
        '169.254.169.254',
        'fe80::1',
        '64:ff9b::a9fe:a9fe',
        '2002:a9fe:a9fe::1',
        '::169.254.169.254',
      ],
      metadata: ['100.100.100.200', '168.63.129.16', 'fd00:ec2::254', '64:ff9b::a83f:8110'],
      multicast: ['224.0.0.1', 'ff02::1'],
      broadcast: ['255.255.255.255'],
      unspecified: ['0.0.0.0', '0.0.0.1', '::', '::2', '64:ff9b::'],
      loopback: ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::'],
      private: [
        '10.0.0.1',
        '172.16.0.1',
        '192.168.1.1',
        '100.64.0.1',
        'fd00::1',
        '::ffff:10.0.0.1',
        '64:ff9b::a00:1',
      ],
      reserved: ['240.0.0.1', '198.18.0.1', '2001::1', '4000::1'],
    };
    for (const [scope, hosts] of Object.entries(never)) {
      for (const host of hosts) {
        it(`${host} is denied as ${scope}`, () => {
          const fault = expectThrowsCode(() => new Node().dial(at(host)), 'ERR_DIAL_DENIED');
          expect(fault.message).to.contain(`${scope}: `).and.to.contain('(allow it by the option `dial`)');
        });
      }
    }

    for (const host of ['1.1.1.1', '2606:4700::1', '64:ff9b::101:101']) {
      it(`${host} is dialled`, () => expect(new Node().refusal(at(host))).to.equal(undefined));
    }

    for (const port of [1, 22, 80, 443, 1_023]) {
      it(`port ${port} is denied`, () =>
        expect(new Node().refusal(at('1.1.1.1', port))).to.contain(`privileged port ${port}`));
    }

    it('port 1024 is dialled', () => expect(new Node().refusal(at('1.1.1.1', 1_024))).to.equal(undefined));

    it('a name is refused before it is resolved', () => {
      const fault = expectThrowsCode(
        () => new Node().dial(at('a.example'), undefined, '1.1.1.1'),
        'ERR_HOSTNAME_NOT_ALLOWED',
      );
      expect(fault.message).to.contain('remote contacts need an IP literal, got "a.example"');
    });

    it('its own address is refused', () => {
      expectThrowsCode(() => new Node().dial(at('8.8.8.8')), 'ERR_SELF_CONNECT');
      expectThrowsCode(() => new Node().dial(at('::ffff:8.8.8.8')), 'ERR_SELF_CONNECT');
      expect(new Node().refusal(at('8.8.8.8', 6743))).to.equal(undefined);
    });

    for (const host of ['0177.0.0.1', '2130706433', '127.1', 'fe80::1%eth0', '']) {
      it(`what a resolver may hand over and is no address is refused: "${host}"`, () =>
        void expectThrowsCode(() => new Node().dial(at(host)), 'ERR_BAD_HOST'));
    }
  });

  context('where the node lives', () => {
    const homes: readonly [own: string, neighbour: string, stranger: string][] = [
      ['127.0.0.1', '127.0.0.9', '10.0.0.1'],
      ['127.0.0.1', '::1', '192.168.0.1'],
      ['10.1.2.3', '10.200.0.1', '192.168.0.1'],
      ['192.168.0.7', '192.168.9.9', '127.0.0.1'],
      ['100.64.0.1', '100.65.0.1', '100.100.100.200'],
      ['fd00::1', 'fdff::2', 'fd00:ec2::254'],
      ['240.0.0.1', '240.9.0.1', '198.18.0.1'],
    ];
    for (const [own, neighbour, stranger] of homes) {
      it(`at ${own}, ${neighbour} is dialled and ${stranger} is not`, () => {
        const node = new Node({ own: [own] });
        expect(node.refusal(at(neighbour))).to.equal(undefined);
        expectThrowsCode(() => node.dial(at(stranger)), 'ERR_DIAL_DENIED');
      });
    }

    it('link-local is denied even there', () =>
      expect(new Node({ own: ['169.254.1.1'] }).refusal(at('169.254.1.2'))).to.contain('link-local'));

    it('is where a seed was dialled, from then on', () => {
      const seed = at('10.0.0.1');
      const node = new Node({ seeds: [seed] });
      expect(node.refusal(at('10.0.0.2'))).to.contain('private');
      node.dial(seed, seed);
      expect(node.refusal(at('10.0.0.2'))).to.equal(undefined);
      expect(node.refusal(at('192.168.0.1'))).to.contain('private');
    });

    it('is where the name of a seed has led', () => {
      const seed = at('seed.example');
      const node = new Node({ seeds: [seed] });
      node.dial(seed, seed, '127.0.0.1');
      expect(node.refusal(at('127.0.0.2'))).to.equal(undefined);
    });

    it('is not where an address led that the application gave', () => {
      const node = new Node();
      const given = at('10.0.0.1');
      node.policy.trust(given);
      expect(node.refusal(given, given)).to.equal(undefined);
      expect(node.refusal(at('10.0.0.2'))).to.contain('private');
    });

    it('is nowhere yet for a node that does not listen', () =>
      expect(new Node({ own: [] }).refusal(at('127.0.0.1'))).to.contain('loopback'));

    it('is not told by a name', () =>
      expect(new Node({ own: ['node.example'] }).refusal(at('10.0.0.1'))).to.contain('private'));
  });

  context('of what the application wrote down', () => {
    const odd = ['169.254.169.254', '127.0.0.1', '224.0.0.1', '8.8.8.8'];

    for (const host of odd) {
      it(`a seed at ${host}:22 is dialled`, () => {
        const seed = at(host, 22);
        expect(new Node({ seeds: [seed] }).refusal(seed, seed)).to.equal(undefined);
      });
    }

    it('a contact as a seed is dialled at each of its addresses', () => {
      const addresses = [at('127.0.0.1', 22), at('seed.example')];
      const seed = encodedOf('seed', { transport: addresses });
      const node = new Node({ seeds: [seed] });
      expect(node.refusal(addresses[0] as TransportInfo, seed)).to.equal(undefined);
      expect(node.refusal(addresses[1] as TransportInfo, seed, '1.1.1.1')).to.equal(undefined);
    });

    it('the address of a seed is dialled whoever names it, as its own node does', () => {
      const node = new Node({ seeds: [at('seed.example', 80)] });
      expect(node.refusal(at('seed.example', 80), undefined, '10.0.0.1')).to.equal(undefined);
      expect(node.refusal(at('seed.example', 81), undefined, '10.0.0.1')).to.contain('HOSTNAME_NOT_ALLOWED');
    });

    it('as much as it likes, when it names it', () => {
      const seed = at('1.1.1.1');
      const node = new Node({ seeds: [seed] });
      for (let i = 0; i < 100; i++) node.dial(seed, seed);
    });

    it('and twelve times a minute when others name it', () => {
      const node = new Node({ seeds: [at('1.1.1.1')] });
      for (let i = 0; i < limits.dialsPerAddressPerMinute; i++) node.dial(at('1.1.1.1'));
      expect(node.refusal(at('1.1.1.1'))).to.contain('too many dials to 1.1.1.1');
    });
  });

  context('with the option', () => {
    it('allow: forbids nothing there, and limits nothing', () => {
      const node = new Node({ allow: blocks('169.254.0.0/16', '1.1.1.0/24', 'fd00:ec2::254') });
      expect(node.refusal(at('169.254.169.254'))).to.equal(undefined);
      expect(node.refusal(at('fd00:ec2::254'))).to.equal(undefined);
      for (let i = 0; i < 100; i++) node.dial(at('1.1.1.1'));
      expect(node.refusal(at('127.0.0.1'))).to.contain('loopback');
    });

    it('allow: still keeps to ports of applications', () =>
      expect(new Node({ allow: blocks('10.0.0.0/8') }).refusal(at('10.0.0.1', 22))).to.contain(
        'privileged port',
      ));

    it('deny: wins over allow, over home, and over seeds', () => {
      const seed = at('10.0.0.1');
      const node = new Node({
        own: ['10.0.0.9'],
        seeds: [seed],
        allow: blocks('10.0.0.0/8'),
        deny: blocks('10.0.0.0/16'),
      });
      expect(node.refusal(at('10.0.0.2'))).to.contain('dial.deny');
      expect(node.refusal(seed, seed)).to.contain('dial.deny');
      expect(node.refusal(at('64:ff9b::a00:2'))).to.contain('dial.deny');
      expect(node.refusal(at('10.1.0.1'))).to.equal(undefined);
    });

    it('names: resolves them, and judges what they lead to', () => {
      const node = new Node({ names: true });
      expect(node.refusal(at('a.example'), undefined, '1.1.1.1')).to.equal(undefined);
      expect(node.refusal(at('a.example'), undefined, '127.0.0.1')).to.contain('loopback');
    });

    it('ports: lets these be named', () => {
      const node = new Node({ ports: new Set([443]) });
      expect(node.refusal(at('1.1.1.1', 443))).to.equal(undefined);
      expect(node.refusal(at('1.1.1.1', 444))).to.contain('privileged port 444');
    });
  });

  context('when strangers are named again and again', () => {
    const perAddress = limits.dialsPerAddressPerMinute;
    const perPrefix = limits.dialsPerPrefixPerSecond * 10;

    it('dials one address twelve times in any minute', async () => {
      const node = new Node();
      const dialledAt: number[] = [];
      for (let second = 0; second < 300; second++) {
        for (let i = 0; i < 5; i++) if (!node.refusal(at('1.1.1.1'))) dialledAt.push(node.runtime.now());
        await node.runtime.advance(1_000);
      }
      for (const from of dialledAt) {
        const within = dialledAt.filter((moment) => moment >= from && moment < from + 60_000);
        expect(within).to.have.length.at.most(perAddress);
      }
      expect(dialledAt).to.have.lengthOf(5 * perAddress);
    });

    it('counts ports, and other spellings of an address, as the one address', () => {
      const node = new Node();
      const infos = [
        at('1.1.1.1', 2_000),
        at('64:ff9b::101:101'),
        at('::ffff:1.1.1.1', 3_000),
        at('2002:101:101::'),
      ];
      for (let i = 0; i < perAddress; i++) node.dial(infos[i % infos.length] as TransportInfo);
      for (const info of infos) expect(node.refusal(info)).to.contain('too many dials to 1.1.1.1');
    });

    for (const [name, host, next, beyond] of [
      ['1.1.1.0/24', (i: number) => `1.1.1.${i}`, '1.1.1.200', '1.1.2.1'],
      [
        '2606:4700:0:100::/56',
        (i: number) => `2606:4700:0:1${i.toString(16).padStart(2, '0')}::1`,
        '2606:4700:0:1ff::1',
        '2606:4700:0:200::1',
      ],
    ] as const) {
      it(`dials ${perPrefix} addresses of ${name} in ten seconds, two a second`, async () => {
        const node = new Node();
        for (let i = 0; i < perPrefix; i++) node.dial(at(host(i)));
        expect(node.refusal(at(next))).to.contain(`too many dials to ${name}`);
        expect(node.refusal(at(beyond))).to.equal(undefined);
        await node.runtime.advance(10_000);
        expect(node.refusal(at(next))).to.equal(undefined);
      });
    }

    it('dials as many of its own network as it likes, each twelve times', () => {
      const seed = at('9.9.9.9');
      const node = new Node({ own: ['8.8.8.8'], seeds: [seed] });
      node.dial(seed, seed);
      for (const network of ['8.8.8', '9.9.9']) {
        for (let i = 20; i < 200; i++) node.dial(at(`${network}.${i}`));
        for (let i = 1; i < perAddress; i++) node.dial(at(`${network}.20`));
        expect(node.refusal(at(`${network}.20`))).to.contain(`too many dials to ${network}.20`);
      }
    });

    it('knows so many networks of seeds, wherever the name of one leads', () => {
      const seed = at('seed.example');
      const node = new Node({ seeds: [seed] });
      const led = (i: number) => `${20 + i}.1.1.1`;
      for (let i = 0; i <= limits.ownAddresses; i++) node.dial(seed, seed, led(i));
      const dialled = (i: number) => {
        for (let last = 2; last < 2 + 2 * perPrefix; last++)
          if (node.refusal(at(led(i).replace(/1$/, `${last}`)))) return last - 2;
        return 2 * perPrefix;
      };
      expect([dialled(0), dialled(limits.ownAddresses)]).to.deep.equal([perPrefix, 2 * perPrefix]);
    });

    it('does not count what it did not dial', () => {
      const node = new Node({ deny: blocks('1.1.1.9') });
      for (let i = 0; i < 100; i++) expect(node.refusal(at('1.1.1.1', 22))).not.to.equal(undefined);
      for (let i = 0; i < 100; i++) expect(node.refusal(at('1.1.1.9'))).not.to.equal(undefined);
      expect(node.policy.size).to.equal(0);
      expect(node.refusal(at('1.1.1.1'))).to.equal(undefined);
    });

    it('remembers no more than its tables hold, however many are named', () => {
      const node = new Node();
      for (let i = 0; i < 3 * limits.dialPrefixes; i++)
        node.refusal(at(`${11 + (i >> 12)}.${(i >> 4) & 255}.${i & 15}.1`));
      expect(node.policy.size).to.be.at.most(2 * limits.dialPrefixes);
      expect(node.policy.size).to.be.above(limits.dialPrefixes);
    });

    const unlimited: readonly [name: string, node: Node, info: TransportInfo, target?: EncodedContact][] = [
      ['where the node lives', new Node({ own: ['10.0.0.9'] }), at('10.0.0.1')],
      ['in a group with a secret', new Node({ isClosedGroup: true }), at('1.1.1.1')],
    ];
    for (const [name, node, info] of unlimited) {
      it(`has no limit ${name}`, () => {
        for (let i = 0; i < 100; i++) node.dial(info);
      });
    }

    it('has no limit for a contact that has proved itself, and its budget is not spent by liars', () => {
      const info = at('1.1.1.1');
      const known = encodedOf('known', { transport: info });
      const node = new Node({ known });
      while (node.refusal(info) === undefined);
      for (let i = 0; i < 100; i++) node.dial(info, known);
    });
  });
});

describe('what was not dialled', () => {
  it('is told by its code', () => {
    const told = (code: FaultCode) => wasNotDialled(new DisgoverError(code, ''));
    expect((['DIAL_DENIED', 'HOSTNAME_NOT_ALLOWED', 'NO_TRANSPORT_FOR'] as const).every(told)).to.equal(true);
    expect((['DIAL_FAILED', 'TIMEOUT', 'BAD_HOST', 'SELF_CONNECT'] as const).some(told)).to.equal(false);
  });
});
