import { expect } from 'chai';
import { serf } from '../../src/bootstrap/serf/index.js';
import type { Seed } from '../../src/contracts/bootstrap-source.js';
import { expectCode } from '../support/expect-code.js';
import { hasSerf, SerfAgent } from '../support/serf-agents.js';
import { Reading } from '../support/sources.js';

const are =
  (...ports: number[]) =>
  (seeds: readonly Seed[]) =>
    seeds.toSorted().join() === ports.map((port) => `tcp://127.0.0.1:${port}`).join();

describe('real Serf agents', function () {
  this.timeout(60_000);

  let agents: SerfAgent[] = [];
  let readings: Reading[] = [];

  before(function () {
    if (!hasSerf && !process.env.CI) {
      console.log('      no serf here: apt-get install serf');
      return this.skip();
    }
  });
  afterEach(async () => {
    await Promise.all(readings.map((reading) => reading.stop()));
    await Promise.all(agents.map((agent) => agent.kill()));
    [readings, agents] = [[], []];
  });

  const start = async (...args: Parameters<typeof SerfAgent.start>) => {
    const agent = await SerfAgent.start(...args);
    agents.push(agent);
    return agent;
  };
  const read = (text: string) => {
    const reading = new Reading(serf(text));
    readings.push(reading);
    return reading;
  };

  it('name their members as seeds, and tell of those that join, leave and fail', async () => {
    const first = await start('s1', { tags: { disgover: '7001' } });
    const reading = read(`serf://127.0.0.1:${first.rpcPort}`);
    await reading.until(are(7001));
    const second = await start('s2', { join: first, tags: { disgover: '7002', role: 'web' } });
    // An agent collects events for a second, and three at most, before it tells of them.
    await reading.until(are(7001, 7002), 5_000);
    const third = await start('s3', { join: first, tags: { disgover: '7003' } });
    await start('s4', { join: first });
    await reading.until(are(7001, 7002, 7003), 5_000);
    await third.leave();
    await reading.until(are(7001, 7002), 5_000);
    await second.kill();
    await reading.until(are(7001), 30_000);
  });

  it('select members by tags', async () => {
    const first = await start('s1', { tags: { port: '7001', role: 'web' } });
    await start('s2', { join: first, tags: { port: '7002', role: 'worker' } });
    await read(`serf://127.0.0.1:${first.rpcPort}?portTag=port&tag=role%3Dw.*`).until(are(7001, 7002));
    await read(`serf://127.0.0.1:${first.rpcPort}?portTag=port&tag=role%3Dwe`).until(are());
    await read(`serf://127.0.0.1:${first.rpcPort}?nodePort=9000&tag=role%3Dweb`).until(are(9000));
  });

  it('let in who has their key', async () => {
    const agent = await start('s1', { tags: { disgover: '7001' }, authKey: 'sesame' });
    await read(`serf://:sesame@127.0.0.1:${agent.rpcPort}`).until(are(7001));
    await expectCode(read(`serf://:wrong@127.0.0.1:${agent.rpcPort}`).next(), 'ERR_SOURCE_DENIED');
    const fault = await expectCode(read(`serf://127.0.0.1:${agent.rpcPort}`).next(), 'ERR_SOURCE_DENIED');
    expect(fault.message).to.contain(':KEY@');
  });

  it('end the source when they end', async () => {
    const agent = await start('s1', { tags: { disgover: '7001' } });
    const reading = read(`serf://127.0.0.1:${agent.rpcPort}`);
    await reading.until(are(7001));
    await agent.kill();
    await expectCode(reading.next(), 'ERR_SOURCE_UNREACHABLE');
  });
});
