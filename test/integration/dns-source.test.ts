import { expect } from 'chai';
import { dnsNames, dnsSrv } from '../../src/bootstrap/dns/index.js';
import { Reading } from '../support/sources.js';
import { hasUnbound, Unbound } from '../support/unbound.js';

const ZONE = 'disgover.test';
const SERVICE = `_disgover._tcp.${ZONE}`;
const TTL_MS = 2_000;

describe('a real DNS server', function () {
  this.timeout(30_000);

  let server: Unbound;
  let reading: Reading;

  before(async function () {
    if (!hasUnbound && !process.env.CI) {
      console.log('      no unbound here: apt-get install unbound');
      return this.skip();
    }
    server = await Unbound.start(ZONE);
    for (const i of [1, 2, 3]) await server.set(`n${i}.${ZONE}.`, `n${i}.${ZONE}. 2 IN A 10.0.0.${i}`);
  });
  after(() => server?.stop());
  afterEach(() => reading?.stop());

  const record = (i: number, priority = 10) => `${SERVICE}. 2 IN SRV ${priority} 60 6742 n${i}.${ZONE}.`;
  const seed = (i: number) => `tcp://10.0.0.${i}:6742`;

  it('is followed within TTL + 1 s when its SRV records change', async () => {
    await server.set(`${SERVICE}.`, record(1, 20), record(2, 10));
    reading = new Reading(dnsSrv(`dnssrv://${SERVICE}?server=127.0.0.1:${server.port}&minTtlMs=1000`));
    expect(await reading.next()).to.deep.equal([seed(2), seed(1)]);
    for (const wanted of [[1, 2, 3], [3], [2, 3]]) {
      await server.set(`${SERVICE}.`, ...wanted.map((i) => record(i)));
      const tookMs = await reading.until(
        (seeds) => seeds.toSorted().join() === wanted.map(seed).join(),
        TTL_MS + 1_000,
      );
      console.log(`      followed after ${Math.round(tookMs)} ms`);
    }
  });

  it('is followed, too, when the addresses of a name change', async () => {
    const name = `nodes.${ZONE}`;
    const records = (...last: number[]) => last.map((i) => `${name}. 2 IN A 10.0.0.${i}`);
    await server.set(`${name}.`, ...records(1, 2));
    reading = new Reading(dnsNames(`dns://${name}:6742?server=127.0.0.1:${server.port}&minTtlMs=1000`));
    expect(await reading.next()).to.have.members([seed(1), seed(2)]);
    await server.set(`${name}.`, ...records(2, 3), `${name}. 2 IN AAAA fd00::7`);
    await reading.until(
      (seeds) => seeds.length === 3 && seeds.includes('tcp://[fd00::7]:6742'),
      TTL_MS + 1_000,
    );
  });
});
