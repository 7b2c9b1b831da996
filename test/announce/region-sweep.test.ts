import { expect } from 'chai';
import fc from 'fast-check';
import { KnownNodes } from '../../src/announce/known-nodes.js';
import { RegionSweep } from '../../src/announce/region-sweep.js';
import { closestOf } from '../../src/id/closest-list.js';
import { prefixOf } from '../../src/id/prefix.js';
import { limits } from '../../src/limits.js';
import { encodedNodeOf, encodedOf } from '../support/contacts.js';

const nodes = Array.from({ length: 60 }, (_, i) => encodedNodeOf(`node-${i}`));
const keys = Array.from({ length: 40 }, (_, i) => encodedOf(`entity-${i}`).key);

function setUp(known: readonly (typeof nodes)[number][], k = 5) {
  const nodesKnown = new KnownNodes();
  nodesKnown.hear(known);
  const region = nodesKnown.regionAround(prefixOf(keys[0] as (typeof keys)[number]), k);
  const due = keys.filter((key) => prefixOf(key) >= region.first && prefixOf(key) <= region.last);
  return { known: nodesKnown, due, sweep: new RegionSweep(due, region, nodesKnown, k) };
}

/** Who is told of each key, by the index of the key. */
function toldOf(sweep: RegionSweep): Map<number, string[]> {
  const told = new Map<number, string[]>();
  for (const { node, due } of sweep.next())
    for (const index of due) told.set(index, [...(told.get(index) ?? []), node.id]);
  return told;
}

describe('RegionSweep', () => {
  it('tells the k closest of all known nodes of each key', () => {
    fc.assert(
      fc.property(fc.subarray(nodes, { minLength: 1 }), fc.integer({ min: 1, max: 8 }), (known, k) => {
        const { sweep, due } = setUp(known, k);
        const told = toldOf(sweep);
        for (const [index, key] of due.entries()) {
          const holders = closestOf(key, known, k).map(({ id }) => id);
          expect(told.get(index)).to.have.members(holders);
        }
        expect(sweep.next()).to.deep.equal([]);
      }),
    );
  });

  it('tells the next closest of what one that failed did not hear, and nobody twice', () => {
    const { sweep, known, due } = setUp(nodes);
    const first = toldOf(sweep);
    const failed = closestOf(due[0] as (typeof keys)[number], nodes, 1)[0] as (typeof nodes)[number];
    known.fail(failed);
    const second = toldOf(sweep);
    expect(second.get(0)).to.have.length(1);
    for (const [index, ids] of second) expect(first.get(index)).to.not.include.members(ids);
  });

  it('tells a closer one that is named late', () => {
    const { sweep, known, due } = setUp(nodes.slice(0, 30));
    const first = toldOf(sweep);
    known.hear(nodes);
    const second = toldOf(sweep);
    for (const [index, key] of due.entries()) {
      const told = [...(first.get(index) ?? []), ...(second.get(index) ?? [])];
      expect(told).to.include.members(closestOf(key, nodes, 5).map(({ id }) => id));
    }
    expect(sweep.next()).to.deep.equal([]);
  });
});

describe('KnownNodes', () => {
  it('does not hear of a contact again that has failed, but of another of its id', () => {
    const known = new KnownNodes();
    const [node] = nodes as [(typeof nodes)[number]];
    known.hear([node]);
    known.fail(node);
    known.hear([node]);
    expect(known.size).to.equal(0);
    known.hear([encodedNodeOf('node-0', { data: 'moved' })]);
    expect(known.size).to.equal(1);
  });

  it('leaves behind what is furthest from where the sweep goes on', () => {
    const many = Array.from({ length: limits.sweepNodes + 50 }, (_, i) => encodedNodeOf(`many-${i}`));
    const known = new KnownNodes();
    known.hear(many);
    const [key] = keys as [(typeof keys)[number]];
    known.leaveBehind(key);
    expect(known.size).to.equal(limits.sweepNodes);
    const near = known.regionAround(prefixOf(key), 20);
    expect(known.in(near).length).to.be.at.least(20);
  });
});
