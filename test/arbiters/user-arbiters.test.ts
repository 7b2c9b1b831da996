// Arbiters as users of disgover write them, plain functions with no types in mind; they need no law to be called.

import { expect } from 'chai';
import type { ArbiterFunction } from '../../src/contracts/arbiter.js';
import { idOf } from '../support/ids.js';

const id = idOf('foo');

// biome-ignore lint/suspicious/noExplicitAny: a function that comes without types has these
const counter: ArbiterFunction = (incumbent: any, candidate: any) => {
  if (!incumbent?.vectorClock) return candidate;
  if (candidate.vectorClock >= incumbent.vectorClock) return candidate;
  return incumbent;
};

// biome-ignore lint/suspicious/noExplicitAny: a function that comes without types has these
const workerNodes: ArbiterFunction = (incumbent: any, candidate: any) => {
  if (!incumbent?.data?.workerNodes) return candidate;
  if (candidate.data?.workerNodes) {
    const both = { ...incumbent.data.workerNodes };
    for (const name of Object.keys(candidate.data.workerNodes)) both[name] = candidate.data.workerNodes[name];
    return { id: candidate.id, data: { workerNodes: both } };
  }
  return incumbent;
};

describe('a counter written by a user', () => {
  const clocked = (vectorClock: number) => ({ id, vectorClock });

  it('takes the candidate when there is no incumbent, or one without a clock', () => {
    const candidate = { id };
    expect(counter(undefined, candidate)).to.equal(candidate);
    expect(counter({ id }, candidate)).to.equal(candidate);
  });

  it('takes the candidate whose clock is at least that of the incumbent', () => {
    const [five, again, six] = [clocked(5), clocked(5), clocked(6)];
    expect(counter(five, six)).to.equal(six);
    expect(counter(five, again)).to.equal(again);
  });

  it('keeps the incumbent when the clock of the candidate is less, or missing', () => {
    const five = clocked(5);
    expect(counter(five, clocked(4))).to.equal(five);
    expect(counter(five, { id })).to.equal(five);
  });
});

describe('a set written by a user', () => {
  const workers = (nodes: Record<string, number>) => ({
    id,
    data: { workerNodes: nodes },
    transport: { type: 'tcp' },
  });

  it('takes the candidate when the incumbent has no set', () => {
    const candidate = workers({ a: 1 });
    expect(workerNodes(undefined, candidate)).to.equal(candidate);
    expect(workerNodes({ id }, candidate)).to.equal(candidate);
  });

  it('merges both sets into a new contact of id and data', () => {
    expect(workerNodes(workers({ a: 1 }), workers({ b: 2 }))).to.deep.equal({
      id,
      data: { workerNodes: { a: 1, b: 2 } },
    });
  });

  it('keeps the incumbent when the candidate has no set', () => {
    const incumbent = workers({ a: 1 });
    expect(workerNodes(incumbent, { id })).to.equal(incumbent);
  });
});
