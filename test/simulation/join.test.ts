import { expect } from 'chai';
import type { Disgover } from '../../src/index.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const NODES = 60;
const MINUTE = 60_000;

const sessionsOf = (node: Disgover) =>
  node.snapshot().collections.find(({ name }) => name === 'sessions')?.size as number;

// Exact under its seed: what a join costs is gated here, and what it costs among 10,000 by `npm run bench -- hops`.
describe('a node that joins 60 others', function () {
  this.timeout(60_000);

  /** Links that are opened, by the newcomer and by others, and frames that are sent. */
  const join = { dials: 0, frames: 0 };
  const fill = { dials: 0, frames: 0 };
  const idle = { dials: 0, frames: 0 };
  const table = { joined: 0, filled: 0 };
  let sessions = 0;

  before(async () => {
    const nodes = new SimulatedNodes(3, {}, { latencyMs: { min: 5, max: 50 } });
    const count = async (into: { dials: number; frames: number }, run: () => Promise<unknown>) => {
      const { dials, frames } = nodes.network.counts;
      await run();
      into.dials = nodes.network.counts.dials - dials;
      into.frames = nodes.network.counts.frames - frames;
    };
    await nodes.run(async () => {
      await nodes.startMany(NODES);
      await nodes.runtime.sleep(5 * MINUTE);
      await count(join, () => nodes.start('newcomer', ['node-7']));
      table.joined = nodes.get('newcomer').routing.size;
      sessions = sessionsOf(nodes.get('newcomer'));
      await count(fill, () => nodes.runtime.sleep(MINUTE));
      table.filled = nodes.get('newcomer').routing.size;
      await nodes.runtime.sleep(4 * MINUTE);
      await count(idle, () => nodes.runtime.sleep(5 * MINUTE));
    });
  });

  it('opens a link for each of its 20 neighbours, and few others', () => {
    expect(join.dials).to.be.at.most(27);
    expect(table.joined).to.be.at.least(20);
  });

  it('sends one request to each, beside HELLO and PROOF', () => {
    expect(join.frames).to.be.at.most(7 * join.dials);
  });

  it('keeps hardly any of them open', () => expect(sessions).to.be.at.most(5));

  it('fills its table within a minute, for little more than a link an entry', () => {
    expect(table.filled).to.be.at.least(40);
    expect(fill.dials).to.be.at.most(1.5 * (table.filled - table.joined) + 10);
  });

  it('has others ask for little, once that is done', () => {
    expect(idle.frames / NODES / 5).to.be.at.most(20);
  });
});
