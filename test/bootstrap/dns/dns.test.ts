import { expect } from 'chai';
import { TRUNCATED_RESPONSE } from 'dns-packet';
import { dnsNames, dnsSrv } from '../../../src/bootstrap/dns/index.js';
import { inSrvOrder } from '../../../src/bootstrap/dns/srv-order.js';
import { VirtualRuntime } from '../../../src/simulation/virtual-runtime.js';
import { address, DnsServer, type Respond, srv } from '../../support/dns-server.js';
import { expectCode, expectThrowsCode } from '../../support/expect-code.js';
import { Reading, sourceContext } from '../../support/sources.js';

const SERVICE = '_disgover._tcp.example.net';
const [NXDOMAIN, SERVFAIL, REFUSED] = [3, 2, 5];

let servers: DnsServer[] = [];
let readings: Reading[] = [];

const serve = async (respond: Respond) => {
  const server = await DnsServer.start(respond);
  servers.push(server);
  return server;
};
const read = (source: Parameters<typeof dnsSrv>[0], context = sourceContext()) => {
  const reading = new Reading(dnsSrv(source), context);
  readings.push(reading);
  return reading;
};
const ask = (server: DnsServer, options = '') =>
  read(`dnssrv://${SERVICE}?server=${server.address}${options}`);

afterEach(async () => {
  await Promise.all(readings.map((reading) => reading.stop()));
  await Promise.all(servers.map((server) => server.stop()));
  readings = [];
  servers = [];
});

/** A zone of SRV records whose targets have the addresses given. */
const zone =
  (hosts: Record<string, string[]>, ttl = 60): Respond =>
  ({ type, name }) => {
    if (type === 'SRV')
      return { answers: Object.keys(hosts).map((host, i) => srv(name, host, 6742 + i, ttl)) };
    const answers = (hosts[name] ?? [])
      .map((host) => address(name, host, ttl))
      .filter((one) => one.type === type);
    return name in hosts ? { answers } : { rcode: NXDOMAIN };
  };

describe('dnsSrv', () => {
  it('yields the addresses of the targets, of both families, with the ports of their records', async () => {
    const server = await serve(
      zone({ 'n1.example.net': ['10.0.0.1', 'fd00::1'], 'n2.example.net': ['10.0.0.2'] }),
    );
    const seeds = await ask(server).next();
    expect(seeds).to.have.members(['tcp://10.0.0.1:6742', 'tcp://[fd00::1]:6742', 'tcp://10.0.0.2:6743']);
  });

  it('takes addresses that come along, and asks for no others', async () => {
    const server = await serve(({ name }) => ({
      answers: [srv(name, 'n1.example.net', 6742)],
      additionals: [address('N1.example.net', '10.0.0.1')],
    }));
    expect(await ask(server).next()).to.deep.equal(['tcp://10.0.0.1:6742']);
    expect(server.asked).to.deep.equal(['SRV udp']);
  });

  it('asks over TCP what is cut short over UDP', async () => {
    const targets = Array.from({ length: 40 }, (_, i) => `n${i}.example.net`);
    const server = await serve(({ name }, over) =>
      over === 'udp'
        ? { flags: TRUNCATED_RESPONSE }
        : {
            answers: targets.map((target, i) => srv(name, target, 7000 + i)),
            additionals: targets.map((target, i) => address(target, `10.0.0.${i + 1}`)),
          },
    );
    expect(await ask(server).next()).to.have.length(40);
    expect(server.asked).to.deep.equal(['SRV udp', 'SRV tcp']);
  });

  it('spells addresses as seeds are to be spelt', async () => {
    const hosts = ['2001:db8:0:1:0:0:0:5', '::ffff:10.0.0.7'];
    const server = await serve(zone({ 'n1.example.net': hosts }));
    expect(await ask(server).next()).to.have.members(['tcp://[2001:db8:0:1::5]:6742', 'tcp://10.0.0.7:6742']);
  });

  it('tells of targets that are no hosts, and takes the others', async () => {
    const server = await serve(({ name, type }) =>
      type === 'SRV'
        ? {
            answers: [
              srv(name, 'a b', 1),
              srv(name, 'x/y', 1),
              srv(name, 'n.example.net', 0),
              srv(name, 'n.example.net', 7),
            ],
          }
        : { answers: type === 'A' ? [address(name, '10.0.0.1')] : [] },
    );
    expect(await ask(server).next()).to.deep.equal(['tcp://10.0.0.1:7']);
  });

  it('takes what it can of a list', async () => {
    const server = await serve(zone({ 'n1.example.net': ['10.0.0.1'], 'n2.example.net': [] }));
    expect(await ask(server).next()).to.deep.equal(['tcp://10.0.0.1:6742']);
  });

  it('follows aliases', async () => {
    const server = await serve(({ name }) => ({
      answers: [
        { type: 'CNAME', name, ttl: 60, data: '_real._tcp.example.net' },
        srv('_real._tcp.example.net', 'n1.example.net', 6742),
        srv('_other._tcp.example.net', 'n9.example.net', 6742),
      ],
      additionals: [address('n1.example.net', '10.0.0.1')],
    }));
    expect(await ask(server).next()).to.deep.equal(['tcp://10.0.0.1:6742']);
  });

  it('leaves names as they are for wss, whose certificates are made out to them', async () => {
    const server = await serve(({ name }) => ({ answers: [srv(name, 'n1.example.net', 443)] }));
    expect(await ask(server, '&scheme=wss').next()).to.deep.equal(['wss://n1.example.net:443']);
  });

  it('yields at most 64 seeds', async () => {
    const server = await serve(({ name }) => ({
      answers: Array.from({ length: 10 }, (_, i) => srv(name, 'n.example.net', 7000 + i)),
      additionals: Array.from({ length: 30 }, (_, i) => address('n.example.net', `10.0.0.${i + 1}`)),
    }));
    expect(await ask(server).next()).to.have.length(64);
  });

  it('yields anew when the records change, once their TTL has passed, and only then', async () => {
    let hosts = ['10.0.0.1'];
    const server = await serve(({ type, name }) =>
      zone({ 'n1.example.net': hosts }, 1)({ type, name }, 'udp', 0),
    );
    const reading = ask(server, '&minTtlMs=500');
    expect(await reading.next()).to.deep.equal(['tcp://10.0.0.1:6742']);
    hosts = ['10.0.0.2'];
    const tookMs = await reading.until((seeds) => seeds[0] === 'tcp://10.0.0.2:6742');
    expect(tookMs).to.be.within(900, 2_000);
    await reading.next(1_500).then(
      () => expect.fail('nothing had changed'),
      () => {},
    );
  });

  it('asks from other ports with other ids each time', async () => {
    const server = await serve(zone({ 'a.example.net': ['10.0.0.1'], 'b.example.net': ['10.0.0.2'] }));
    await ask(server).next();
    expect(new Set(server.askers.map(({ port }) => port)).size).to.equal(5);
    expect(new Set(server.askers.map(({ id }) => id)).size).to.be.greaterThan(3);
  });

  context('when answers are forged', () => {
    it('waits for the one with its id and its question', async () => {
      const good = {
        answers: [srv(SERVICE, 'good.example.net', 6742)],
        additionals: [address('good.example.net', '10.0.0.1')],
      };
      const bad = {
        answers: [srv(SERVICE, 'bad.example.net', 6742)],
        additionals: [address('bad.example.net', '6.6.6.6')],
      };
      const server = await serve((_question, _over, id) => [
        { ...bad, id: (id + 1) % 65_536 },
        { ...bad, questions: [{ type: 'SRV', name: 'other.example.net' }] },
        { ...bad, questions: [{ type: 'A', name: SERVICE }] },
        { ...bad, questions: [] },
        Uint8Array.of(1),
        good,
      ]);
      expect(await ask(server).next()).to.deep.equal(['tcp://10.0.0.1:6742']);
    });
  });

  context('when a server does not serve', () => {
    const fails: [what: string, respond: Respond, code: Parameters<typeof expectCode>[1]][] = [
      ['there is no such name', () => ({ rcode: NXDOMAIN }), 'ERR_DNS_NOT_FOUND'],
      ['there are no records of the type', () => ({}), 'ERR_DNS_NO_RECORDS'],
      [
        'the service is decidedly not offered',
        ({ name }) => ({ answers: [srv(name, '.', 0)] }),
        'ERR_DNS_NO_RECORDS',
      ],
      ['no target has an address', zone({ 'n1.example.net': [] }), 'ERR_DNS_NO_RECORDS'],
      ['it fails', () => ({ rcode: SERVFAIL }), 'ERR_DNS_FAILED'],
      ['it refuses', () => ({ rcode: REFUSED }), 'ERR_DNS_FAILED'],
      [
        'it refuses, and leaves the question out',
        () => ({ rcode: REFUSED, questions: [] }),
        'ERR_DNS_FAILED',
      ],
      ['it is silent', () => undefined, 'ERR_DNS_TIMEOUT'],
      [
        'its answer breaks off',
        (_question, _over, id) => Uint8Array.of(id >> 8, id & 255, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0, 63),
        'ERR_DNS_BAD_ANSWER',
      ],
      [
        'a pointer of its answer points to itself',
        (_question, _over, id) =>
          Uint8Array.of(id >> 8, id & 255, 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 33, 0, 1),
        'ERR_DNS_BAD_ANSWER',
      ],
    ];
    for (const [what, respond, code] of fails) {
      it(`ends with ${code} because ${what}`, async () => {
        await expectCode(ask(await serve(respond), '&timeoutMs=50').next(), code);
      });
    }

    it('ends with ERR_DNS_UNREACHABLE where nobody listens', async () => {
      const server = await DnsServer.start(() => ({}));
      await server.stop();
      await expectCode(ask(server).next(), 'ERR_DNS_UNREACHABLE');
    });

    it('asks the next one', async () => {
      const silent = await serve(() => undefined);
      const failing = await serve(() => ({ rcode: SERVFAIL }));
      const good = await serve(zone({ 'n1.example.net': ['10.0.0.1'] }));
      const reading = read({
        name: SERVICE,
        servers: [silent, failing, good].map((one) => one.address),
        timeoutMs: 50,
      });
      expect(await reading.next()).to.deep.equal(['tcp://10.0.0.1:6742']);
    });
  });

  it('ends without a fault when it is told to in the middle of a question', async () => {
    const reading = ask(await serve(() => undefined));
    await reading.stop();
    const ended = await reading.next().then(
      () => 'an update',
      (fault: Error) => fault.message,
    );
    expect(ended).to.equal('the source has ended');
  });

  const wrong = [
    'dnssrv://',
    'dnssrv:///x',
    'dns://_disgover._tcp.example.net',
    'dnssrv://10.0.0.1',
    'dnssrv://_disgover._tcp.example.net?servr=127.0.0.1',
    'dnssrv://_disgover._tcp.example.net?server=resolver.example.net',
    'dnssrv://_disgover._tcp.example.net?server=127.0.0.1:70000',
    'dnssrv://_disgover._tcp.example.net?server=',
    'dnssrv://_disgover._tcp.example.net?minTtlMs=1',
    'dnssrv://_disgover._tcp.example.net?minTtlMs=600000',
    'dnssrv://_disgover._tcp.example.net?timeoutMs=x',
    'dnssrv://_disgover._tcp.example.net?scheme=%20',
    'dnssrv://_disgover._tcp.example.net#x',
    'nonsense',
  ];
  for (const text of wrong) {
    it(`refuses ${text}`, () => {
      expectThrowsCode(() => dnsSrv(text), 'ERR_BAD_SOURCE');
    });
  }

  it('takes resolvers of both families, with and without ports', () => {
    for (const server of ['127.0.0.1', '127.0.0.1:5353', '[::1]:5353', '::1', '[::1]', 'fe80::1%eth0'])
      expect(dnsSrv({ name: SERVICE, servers: [server] }).name).to.equal(`dnssrv ${SERVICE}`);
  });
});

describe('dnsNames', () => {
  const follow = (text: string) => {
    const reading = new Reading(dnsNames(text));
    readings.push(reading);
    return reading;
  };

  it('yields every address of the name with the port', async () => {
    const server = await serve(zone({ 'nodes.example.net': ['10.0.0.1', '10.0.0.2', 'fd00::1'] }));
    const seeds = await follow(`dns://nodes.example.net:6742?server=${server.address}`).next();
    expect(seeds).to.have.members(['tcp://10.0.0.1:6742', 'tcp://10.0.0.2:6742', 'tcp://[fd00::1]:6742']);
  });

  it('does with one family where the other fails', async () => {
    const server = await serve(({ type, name }) =>
      type === 'A' ? { answers: [address(name, '10.0.0.1')] } : { rcode: SERVFAIL },
    );
    const seeds = await follow(`dns://nodes.example.net:6742?server=${server.address}`).next();
    expect(seeds).to.deep.equal(['tcp://10.0.0.1:6742']);
  });

  it('ends with a code where there is no address', async () => {
    const server = await serve(() => ({}));
    await expectCode(
      follow(`dns://nodes.example.net:6742?server=${server.address}`).next(),
      'ERR_DNS_NO_RECORDS',
    );
  });

  it('wants a port', () => {
    expectThrowsCode(() => dnsNames('dns://nodes.example.net'), 'ERR_BAD_SOURCE');
    expectThrowsCode(() => dnsNames('dns://nodes.example.net:0'), 'ERR_BAD_SOURCE');
  });
});

describe('inSrvOrder', () => {
  const record = (priority: number, weight: number) => ({
    target: `${priority}-${weight}`,
    port: 1,
    priority,
    weight,
  });

  it('has the lowest priority first', () => {
    const order = inSrvOrder([record(20, 0), record(0, 0), record(10, 5)], new VirtualRuntime());
    expect(order.map(({ priority }) => priority)).to.deep.equal([0, 10, 20]);
  });

  it('has the heavier first as often as it is heavier, and those of weight 0 seldom', () => {
    const runtime = new VirtualRuntime();
    const first: Record<string, number> = {};
    for (let i = 0; i < 4_000; i++) {
      const [{ target } = { target: '' }] = inSrvOrder([record(0, 60), record(0, 0), record(0, 20)], runtime);
      first[target] = (first[target] ?? 0) + 1;
    }
    expect((first['0-60'] ?? 0) / (first['0-20'] ?? 1)).to.be.within(2.6, 3.4);
    expect(first['0-0']).to.be.within(20, 100);
  });
});
