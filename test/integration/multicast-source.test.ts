import { expect } from 'chai';
import { MulticastProcess } from '../support/multicast-process.js';
import { hasNamespaces, Namespaces } from '../support/namespaces.js';

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;

describe('hosts on one wire', function () {
  this.timeout(60_000);

  let hosts: Namespaces;
  let nodes: MulticastProcess[] = [];

  before(function () {
    if (!hasNamespaces()) {
      console.log('      no network namespaces here: root and iproute2 are needed');
      return this.skip();
    }
    hosts = new Namespaces(NAMES.length);
  });
  after(() => hosts?.remove());
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    nodes = [];
  });

  const start = async (url: string, groupOf: (name: string) => string) => {
    nodes = await Promise.all(hosts.names.map((host) => MulticastProcess.spawn(host)));
    for (const [i, node] of nodes.entries()) {
      const name = NAMES[i] ?? '';
      node.start({ url, name, group: groupOf(name), host: `10.77.0.${i + 1}`, secret: 'x' });
    }
  };
  const others = (name: string | undefined, all: readonly string[] = NAMES) =>
    all.filter((one) => one !== name);

  for (const [family, url] of [
    ['IPv4', 'multicast://239.255.67.42:6742'],
    ['IPv6', 'multicast://[ff02::67:42]:6742'],
    ['broadcast', 'multicast://255.255.255.255:6742'],
  ] as const) {
    it(`find each other within 2 s with no seed, and see a goodbye within 1 s: ${family}`, async () => {
      await start(url, () => 'red');
      const foundMs = await Promise.all(nodes.map((node, i) => node.hears(...others(NAMES[i]))));
      expect(Math.max(...foundMs)).to.be.lessThan(2_000);
      const [first, ...left] = nodes as [MulticastProcess, ...MulticastProcess[]];
      const seen = Promise.all(left.map((node, i) => node.hears(...others(NAMES[i + 1], NAMES.slice(1)))));
      const from = performance.now();
      await Promise.all([first.stop(), seen]);
      const goodbyeMs = performance.now() - from;
      nodes = left;
      expect(goodbyeMs).to.be.lessThan(1_000);
      console.log(
        `      found within ${Math.max(...foundMs).toFixed()} ms, goodbye within ${goodbyeMs.toFixed()} ms`,
      );
    });
  }

  it('never mix two groups', async () => {
    const groupOf = (name: string) => (name < 'c' ? 'red' : 'blue');
    await start('multicast://239.255.67.42:6742?intervalMs=200', groupOf);
    const wanted = NAMES.map((name) => others(name).filter((other) => groupOf(other) === groupOf(name)));
    await Promise.all(nodes.map((node, i) => node.hears(...(wanted[i] ?? []))));
    // Some ten announcements of each.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(nodes.map(({ names }) => names)).to.deep.equal(wanted.map((names) => names.join()));
  });

  it('hear each other again when an interface has got another address', async () => {
    await start('multicast://239.255.67.42:6742', () => 'red');
    await Promise.all(nodes.map((node, i) => node.hears(...others(NAMES[i]))));
    const [moved, ...left] = nodes as [MulticastProcess, ...MulticastProcess[]];
    await moved.stop();
    await Promise.all(left.map((node, i) => node.hears(...others(NAMES[i + 1], NAMES.slice(1)))));
    const host = hosts.names[0] as string;
    const again = await MulticastProcess.spawn(host);
    nodes = [again, ...left];
    // Alone in another network; then it moves to where the others are.
    hosts.move(host, '10.77.0.1/24', '10.78.0.1/24');
    again.start({
      url: 'multicast://239.255.67.42:6742',
      name: 'a',
      group: 'red',
      host: '10.77.0.1',
      secret: 'x',
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(again.names).to.equal('');
    hosts.move(host, '10.78.0.1/24', '10.77.0.1/24');
    expect(await again.hears('b', 'c', 'd', 'e')).to.be.lessThan(2_500);
    await Promise.all(left.map((node, i) => node.hears(...others(NAMES[i + 1]))));
  });
});
