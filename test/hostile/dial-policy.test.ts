// Contacts that would make a node knock where it must not: at its own host, at its neighbours', at a service of the cloud, or
// again and again at a stranger's.

import type { LookupAddress } from 'node:dns';
import { connect, type LookupFunction } from 'node:net';
import { expect } from 'chai';
import { parseCidr } from '../../src/address/cidr.js';
import type { Link } from '../../src/contracts/transport.js';
import { DisgoverError } from '../../src/errors.js';
import { Disgover } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import { DialPolicy } from '../../src/session/dial-policy.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { memory } from '../../transports/memory/index.js';
import { guardedLookup } from '../../transports/sockets/guarded-lookup.js';
import { tcp } from '../../transports/tcp/index.js';
import { idOf } from '../support/ids.js';
import { RawListener, RawPeer } from '../support/raw-peer.js';
import { addressOf, helloOf, nodesReply, RawEnd } from '../support/sessions.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';
import { guarded, SpyingTransport } from '../support/spying-transport.js';
import { Victim } from '../support/victim.js';

const PUBLIC = '8.8.8.8';
const x = idOf('x');

type Code = 'DIAL_DENIED' | 'BAD_HOST' | 'BAD_PORT' | 'HOSTNAME_NOT_ALLOWED';

/** Of LIMITS, section 7.2. `P` stands for a port where somebody listens on this host. */
const rows: readonly [row: number, code: Code, hosts: readonly unknown[], ports?: readonly unknown[]][] = [
  [15, 'DIAL_DENIED', ['169.254.169.254', '169.254.0.1', 'fe80::1', 'febf::1'], ['P', 80]],
  [15, 'DIAL_DENIED', ['fd00:ec2::254', '100.100.100.200', '168.63.129.16'], ['P', 80]],
  [15, 'DIAL_DENIED', ['1.1.1.1', '2606:4700::1111'], [22, 25, 80, 443, 1_023]],
  [15, 'DIAL_DENIED', ['127.0.0.1', '127.0.0.2', '::1', '0.0.0.0', '::', '0.0.0.1']],
  [15, 'DIAL_DENIED', ['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', 'fd00::1']],
  [15, 'DIAL_DENIED', ['224.0.0.251', '255.255.255.255', 'ff02::1', '240.0.0.1']],
  [
    15,
    'DIAL_DENIED',
    ['64:ff9b::7f00:1', '2002:7f00:1::1', '::127.0.0.1', '::ffff:0:7f00:1', '64:ff9b::a9fe:a9fe'],
  ],
  [16, 'BAD_HOST', ['0177.0.0.1', '2130706433', '0x7f.1', '127.1', '0x7f000001', '017700000001', '127.0.1']],
  [
    16,
    'BAD_HOST',
    ['0:0:0:0:0:0:0:1', '::0001', '::FFFF:127.0.0.1', '::ffff:7f00:1', 'fe80::1%lo', '::1%lo', '[::1]'],
  ],
  [17, 'DIAL_DENIED', ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '::ffff:0.0.0.0']],
  [18, 'HOSTNAME_NOT_ALLOWED', ['localhost', 'ip6-localhost', 'metadata.google.internal', 'a']],
  [
    19,
    'BAD_HOST',
    ['127.0.0.1\r\nX', '127.0.0.1\0', 'a@127.0.0.1', '127.0.0.1#', '127.0.0.1 ', ' ', '', 'a/b'],
  ],
  [
    19,
    'BAD_HOST',
    ['a'.repeat(64), `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(62), 5, null, ['127.0.0.1'], true],
  ],
  [20, 'BAD_PORT', ['127.0.0.1', '1.1.1.1'], [0, -1, 65_536, 80.5, '80', '0x50', 'P as text', null]],
];

const cases = rows.flatMap(([row, code, hosts, ports = ['P']]) =>
  hosts.flatMap((host) => ports.map((port) => ({ row, code, host, port }))),
);
const shown = ({ host, port }: (typeof cases)[number]) =>
  `${JSON.stringify(host).slice(0, 40)} ${JSON.stringify(port)}`;

describe('a node at a public address', function () {
  this.timeout(20_000);
  let bait: RawListener;
  let liar: RawListener;
  let spy: SpyingTransport;
  let victim: Victim;
  let peers: RawPeer[];

  beforeEach(async () => {
    peers = [];
    [bait, liar] = [await RawListener.listen(), await RawListener.listen()];
    bait.serve();
    spy = new SpyingTransport(tcp({ advertise: { host: PUBLIC } }));
    victim = await Victim.start({ transport: spy });
  });

  afterEach(async () => {
    for (const peer of peers) peer.destroy();
    await victim.close();
    await Promise.all([bait.close(), liar.close()]);
  });

  const here = () => ({ port: victim.address.port });
  const portOf = (port: unknown) => (port === 'P' ? bait.port : port === 'P as text' ? `${bait.port}` : port);
  const transportOf = ({ host, port }: (typeof cases)[number]) => ({ type: 'tcp', host, port: portOf(port) });

  /** A peer that came by itself, and answers whoever asks with these contacts. */
  const tell = async (contacts: readonly { readonly id: string; readonly transport: unknown }[]) => {
    const found = { contacts: [...contacts] };
    peers.push(await liar.dial(here(), { findNode: () => found as never }));
    await victim.until(() => victim.node.routing.size === 1);
  };

  const expectNobodyDialled = () => {
    expect(spy.passed).to.deep.equal([]);
    expect(bait.accepted).to.deep.equal([]);
  };

  it('finds nobody at the addresses that a reply names, and dials none', async () => {
    const named = cases.map((one, i) => ({ id: idOf(`named-${i}`), transport: transportOf(one) }));
    for (let i = 0; i < named.length; i += limits.contactsInReply) {
      const contacts = named.slice(i, i + limits.contactsInReply);
      if (i === 0) await tell(contacts);
      for (const peer of peers) peer.serve({ findNode: () => ({ contacts }) as never });
      expect(await victim.node.find(x, { fresh: true })).to.equal(undefined);
    }
    expect(spy.refused.filter((code) => code !== 'BAD_HOST' && code !== 'BAD_PORT')).not.to.be.empty;
    expect(spy.refused.length).to.be.at.least(cases.length);
    expect(victim.counters.get('requestFailed')).to.be.at.least(cases.length);
    expectNobodyDialled();
    for (const peer of peers) await victim.expectServes(peer);
  });

  for (const one of cases) {
    it(`${one.row}: ${shown(one)} from a contact that was found is refused with ${one.code}`, async () => {
      const fault = await victim.node
        .ping({ id: x, transport: transportOf(one) as never })
        .catch((error) => error);
      expect(fault).to.be.instanceOf(DisgoverError);
      expect(fault.fault).to.equal(one.code);
      expectNobodyDialled();
    });
  }

  it('does not dial back to where a peer claims to be', async () => {
    for (const [i, one] of cases.entries()) {
      const peer = await RawPeer.greeted(here(), {
        id: idOf(`claims-${i}`),
        fields: { transport: transportOf(one) },
      });
      peer.destroy();
    }
    await victim.runtime.advance(60_000);
    await victim.until(() => victim.sizes.verifications === 0);
    expectNobodyDialled();
    expect(spy.refused).not.to.be.empty;
    expect(victim.node.routing.size).to.equal(0);
  });

  it('does not dial itself when others name it', async () => {
    await tell([{ id: idOf('other'), transport: victim.address }]);
    expect(await victim.node.find(x)).to.equal(undefined);
    expect(victim.sizes.sessions).to.equal(1);
    expectNobodyDialled();
  });

  it('holds nothing against a node that it may not dial, and asks it over its own link', async () => {
    await tell([{ id: bait.id, transport: bait.contact.transport }]);
    expect(await victim.node.find(x)).to.equal(undefined);
    const { quarantine, unreachable } = victim.sizes;
    expect({ quarantine, unreachable }).to.deep.equal({ quarantine: 0, unreachable: 0 });
    peers.push(
      await bait.dial(here(), { findNode: () => ({ exact: { contact: { id: x }, ttlSeconds: 60 } }) }),
    );
    expect((await victim.node.find(x, { fresh: true }))?.id).to.equal(x);
    expect(spy.passed).to.deep.equal([]);
  });

  it('dials an address that the application writes down, and nobody else there', async () => {
    expect((await victim.node.ping(`tcp://127.0.0.1:${bait.port}`))?.id).to.equal(bait.id);
    expect(spy.passed).to.deep.equal([`127.0.0.1 ${bait.port}`]);
    const fault = await victim.node
      .ping({ id: x, transport: liar.contact.transport as never })
      .catch((error) => error);
    expect(fault.fault).to.equal('DIAL_DENIED');
  });
});

describe('a node on a loopback network', function () {
  this.timeout(10_000);

  for (const [name, options] of [
    ['by its own address', () => ({ transport: tcp() })],
    ['by a seed', (seed: string) => ({ transport: tcp({ advertise: { host: PUBLIC } }), seeds: [seed] })],
    [
      'by the name of a seed',
      (seed: string) => ({
        transport: tcp({ advertise: { host: PUBLIC } }),
        seeds: [seed.replace('127.0.0.1', 'localhost')],
      }),
    ],
    [
      'by an allowed block',
      () => ({ transport: tcp({ advertise: { host: PUBLIC } }), dial: { allow: ['127.0.0.0/8'] } }),
    ],
  ] as const) {
    it(`dials its neighbours: it is there ${name}`, async () => {
      const [seed, neighbour] = [(await RawListener.listen()).serve(), (await RawListener.listen()).serve()];
      const victim = await Victim.start(options(`tcp://127.0.0.1:${seed.port}`));
      try {
        victim.node.add(neighbour.contact);
        await victim.until(() => victim.node.snapshot().nodes.some(({ id }) => id === neighbour.id));
        const far = await victim.node
          .ping({ id: x, transport: { type: 'tcp', host: '10.0.0.1', port: neighbour.port } })
          .catch((error) => error);
        expect(far.fault).to.equal('DIAL_DENIED');
      } finally {
        await victim.close();
        await Promise.all([seed.close(), neighbour.close()]);
      }
    });
  }

  it('dials nobody there whom it is told not to, not even a seed', async () => {
    const seed = (await RawListener.listen()).serve();
    const victim = await Victim.start({
      seeds: [`tcp://127.0.0.1:${seed.port}`],
      dial: { deny: ['127.0.0.0/8'] },
    });
    try {
      expect(victim.node.state).to.equal('isolated');
      expect(seed.accepted).to.deep.equal([]);
    } finally {
      await victim.close();
      await seed.close();
    }
  });
});

describe('a name that leads elsewhere a moment later', () => {
  /** The policy of a node at a public address that dials names, and may dial 127.0.0.2. */
  const guard = () =>
    new DialPolicy({
      rules: { allow: [parseCidr('127.0.0.2') as never], deny: [], names: true, ports: new Set() },
      isSeed: () => false,
      own: () => [{ type: 'tcp', host: PUBLIC, port: 1 }],
      known: () => undefined,
      isClosedGroup: () => false,
      now: () => 0,
      randomBytes: (count) => new Uint8Array(count),
    }).guard(EncodedContact.from({ id: x }), { type: 'tcp', host: 'rebinds.example', port: 1 });

  /** Connects to the name, with a resolver that gives each of the answers in turn. Resolves to why it failed. */
  const dial = (
    port: number,
    ...answers: readonly string[]
  ): Promise<NodeJS.ErrnoException & { address?: string }> => {
    const left = [...answers];
    const resolve: LookupFunction = (_name, _options, done) => {
      const found: LookupAddress[] = [{ address: left.shift() ?? '127.0.0.1', family: 4 }];
      process.nextTick(() => done(null, found));
    };
    const lookup = guardedLookup(guard(), port, resolve);
    const socket = connect({ host: 'rebinds.example', port, lookup });
    return new Promise((fail) => {
      socket.once('error', fail);
      socket.once('connect', () => fail(Object.assign(new Error('connected'), { code: 'CONNECTED' })));
      socket.once('connect', () => socket.destroy());
    });
  };

  it('is connected to where it led when it was asked about, or not at all', async () => {
    const bait = await RawListener.listen();
    try {
      expect(await dial(bait.port, '127.0.0.2', '127.0.0.1')).to.include({
        code: 'ECONNREFUSED',
        address: '127.0.0.2',
      });
      expect(await dial(bait.port, '127.0.0.1', '127.0.0.2')).to.include({ code: 'ERR_DIAL_DENIED' });
      expect(bait.accepted).to.deep.equal([]);
    } finally {
      await bait.close();
    }
  });
});

describe('liars who all name one stranger', function () {
  this.timeout(60_000);
  const SECONDS = 180;
  const LIARS = 20;
  const STRANGER = '9.9.9.9';
  const PORT = 6_742;
  const stranger = { type: 'memory', host: STRANGER, port: PORT };

  for (const way of ['in their replies', 'as their own address'] as const) {
    it(`${way}: it is dialled 12 times in any minute`, async () => {
      const world = new SimulatedNodes(7);
      const { network, runtime } = world;
      const ends: RawEnd[] = [];
      const dialledAt: number[] = [];
      const target = memory({ network, host: STRANGER, port: PORT });
      await world.run(async () => {
        await target.listen((link) => {
          // Each node has a limit of its own, and the honest one meets the liars, too.
          if (link.remote.startsWith(`${PUBLIC}:`)) dialledAt.push(runtime.now());
          link.close();
        });
        const nodeAt = async (host: string, ...seeds: string[]) => {
          const transport = guarded(memory({ network, host, port: PORT }));
          const node = await Disgover.start({ group: 'test', transport, runtime, seeds });
          world.byName.set(host, node);
          return node;
        };
        const node = await nodeAt(PUBLIC);
        const honest = await nodeAt('30.0.0.1', `memory://${PUBLIC}:${PORT}`);
        let fresh = 0;
        const strangers = () =>
          Array.from({ length: limits.contactsInReply }, () =>
            EncodedContact.from({ id: idOf(`fresh-${fresh++}`), transport: stranger }),
          );

        /** Says HELLO from a host of its own, and lies from then on. */
        const lie = async (index: number) => {
          const host = `40.${index >> 8}.${index & 255}.1`;
          const transport = way === 'in their replies' ? addressOf(host, PORT) : stranger;
          const contact = EncodedContact.from({ id: idOf(`liar-${index}`), transport });
          const end = new RawEnd(memory({ network, host, port: PORT }));
          let dialled: Link | undefined;
          end.answer = (message, link) => {
            if (message.type === 'hello' && link !== dialled) end.send(helloOf(contact), link);
            if (message.type === 'ping')
              end.send({ type: 'pong', requestId: message.requestId, contact }, link);
            if (message.type === 'findNode')
              end.send(nodesReply(message.requestId, { contacts: strangers() }), link);
          };
          await end.listen();
          ends.push(end);
          dialled = await end.dial(PUBLIC, PORT);
          end.send(helloOf(contact), dialled);
        };

        for (let second = 0; second < SECONDS; second++) {
          if (second < LIARS || way === 'as their own address') await lie(second);
          const steps = node.find(idOf(`nothing-${second}`), { fresh: true, timeoutMs: 900 });
          await steps.catch(() => undefined);
          await runtime.sleep(1_000);
        }
        expect(await node.ping(honest.contact)).to.deep.equal(honest.contact);
        await Promise.all(ends.map((end) => end.close()));
        await target.close();
      });
      for (const from of dialledAt) {
        const within = dialledAt.filter((moment) => moment >= from && moment < from + 60_000);
        expect(within).to.have.length.at.most(limits.dialsPerAddressPerMinute);
      }
      expect(dialledAt).to.have.length.above(2 * limits.dialsPerAddressPerMinute);
    });
  }
});
