import { expect } from 'chai';
import type { BootstrapReport } from '../../src/bootstrap/report.js';
import type { Disgover } from '../../src/index.js';
import { ScriptedSource } from '../support/scripted-source.js';
import { addressOf, SimulatedNodes } from '../support/simulated-nodes.js';

const SECOND = 1_000;

/** What a node tells that was started with these seeds, a while later. */
async function told(
  seeds: (nodes: SimulatedNodes) => NonNullable<Parameters<typeof Disgover.start>[0]['seeds']>,
  around: (nodes: SimulatedNodes) => Promise<unknown> = async () => {},
): Promise<BootstrapReport> {
  const nodes = new SimulatedNodes(1, {}, { latencyMs: 10 });
  let report: BootstrapReport | undefined;
  await nodes.run(async () => {
    await around(nodes);
    const node = await nodes.start('node', [], { seeds: seeds(nodes) });
    await nodes.runtime.sleep(30 * SECOND);
    report = node.bootstrap.explain();
  });
  return report as BootstrapReport;
}

describe('node.bootstrap.explain', () => {
  it('is a JSON value', async () => {
    const report = await told(() => ['memory://nowhere:1', new ScriptedSource(['memory://nobody:1'])]);
    expect(JSON.parse(JSON.stringify(report))).to.deep.equal(report);
  });

  it('says of a node that is met who it is, and who names it', async () => {
    const { state, hint, seeds } = await told(
      () => [addressOf('other')],
      (nodes) => nodes.start('other'),
    );
    expect([state, hint]).to.deep.equal(['joined', undefined]);
    expect(seeds[0]).to.include({ state: 'known' });
    expect(seeds[0]?.sources).to.deep.equal(['option seeds']);
    expect(seeds[0]?.id).to.be.a('string');
    expect(seeds[0]?.fault).to.equal(undefined);
  });

  it('says of a seed that fails why, what to do, and when it is asked again', async () => {
    const { state, hint, seeds } = await told(() => ['memory://nowhere:1']);
    expect(state).to.equal('isolated');
    expect(hint).to.equal('no seed lets this node in: see why each of them fails');
    expect(seeds[0]?.state).to.equal('failed');
    expect(seeds[0]?.fault?.code).to.equal('ERR_DIAL_FAILED');
    expect(seeds[0]?.fault?.hint).to.match(/^nobody listens there/);
    expect(seeds[0]?.nextTryAt).to.be.greaterThan(seeds[0]?.triedAt ?? Number.POSITIVE_INFINITY);
  });

  it('tells another group from another secret', async () => {
    const { seeds } = await told(
      () => [addressOf('other')],
      (nodes) => nodes.start('other', [], { group: 'other' }),
    );
    expect(seeds[0]?.fault?.code).to.equal('ERR_GROUP_MISMATCH');
    expect(seeds[0]?.fault?.message).to.match(/option `group`/);
  });

  it('says of a source what it names, and which of that is no seed', async () => {
    const { sources, seeds } = await told(() => [new ScriptedSource(['memory://nowhere:1', 'what'], 'list')]);
    expect(sources[0]).to.include({ name: 'list', seeds: 1 });
    expect(sources[0]?.faults?.map(({ code }) => code)).to.deep.equal(['ERR_BAD_SEED']);
    expect(seeds.map(({ sources: by }) => by)).to.deep.equal([['list']]);
  });

  it('says of a source that fails why, and that nobody is named', async () => {
    const { state, hint, sources } = await told(() => [new ScriptedSource().fail('DNS_TIMEOUT')]);
    expect([state, hint]).to.deep.equal(['isolated', 'no source names anybody: see what they say']);
    expect(sources[0]?.fault?.code).to.equal('ERR_DNS_TIMEOUT');
    expect(sources[0]?.seeds).to.equal(undefined);
  });

  it('says of a node with no seeds that it is a group of its own', async () => {
    const { state, hint, seeds } = await told(() => []);
    expect([state, seeds]).to.deep.equal(['alone', []]);
    expect(hint).to.match(/^this node is a group of its own/);
  });
});
