import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { Verifier } from '../../src/routing/verifier.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import { encodedNodeOf } from '../support/contacts.js';

const rate = limits.verificationsPerSecond;

function setUp(atOnce = Number.POSITIVE_INFINITY) {
  const runtime = new VirtualRuntime();
  const checked: string[] = [];
  /** While it is there, no check ends before it does. */
  const answers: { pending?: Promise<void> } = {};
  const verifier = new Verifier({
    now: () => runtime.now(),
    alarms: new Alarms(runtime),
    atOnce,
    check: async ({ id }) => {
      checked.push(id);
      await answers.pending;
      return true;
    },
  });
  return { runtime, checked, verifier, answers };
}

const nodes = (count: number) => Array.from({ length: count }, (_, i) => encodedNodeOf(`n${i}`));

describe('Verifier', () => {
  it('checks the first ten at once, then ten a second, first come first', async () => {
    const { runtime, checked, verifier } = setUp();
    const contacts = nodes(rate + 5);
    for (const contact of contacts) verifier.add(contact);
    expect(checked).to.have.length(rate);
    await runtime.advance(320);
    expect(checked.length - rate).to.be.within(2, 3);
    await runtime.advance(1_000);
    expect(checked).to.deep.equal(contacts.map(({ id }) => id));
    expect([verifier.size, runtime.pendingTimers]).to.deep.equal([0, 0]);
  });

  it('does not save up more than a second of checks', async () => {
    const { runtime, checked, verifier } = setUp();
    await runtime.advance(60_000);
    for (const contact of nodes(3 * rate)) verifier.add(contact);
    expect(checked).to.have.length(rate);
  });

  it('checks a node once that is named again while it waits', async () => {
    const { runtime, checked, verifier } = setUp();
    for (const contact of nodes(rate + 1)) verifier.add(contact);
    const [again] = nodes(rate + 1).slice(-1) as [ReturnType<typeof encodedNodeOf>];
    expect(verifier.add(again)).to.equal(true);
    await runtime.advance(1_000);
    expect(checked).to.have.length(rate + 1);
  });

  it('takes no more than may wait', () => {
    const { verifier } = setUp();
    const taken = nodes(limits.verifications + rate + 3).map((contact) => verifier.add(contact));
    expect(taken.filter(Boolean)).to.have.length(limits.verifications + rate);
    expect(verifier.size).to.equal(limits.verifications);
  });

  it('has no more under way than it may', async () => {
    const { runtime, checked, verifier, answers } = setUp(3);
    let answer = () => {};
    answers.pending = new Promise((resolve) => {
      answer = resolve;
    });
    for (const contact of nodes(8)) verifier.add(contact);
    await runtime.advance(10_000);
    expect(checked).to.have.length(3);
    answer();
    await runtime.advance(1_000);
    expect([checked.length, verifier.size]).to.deep.equal([8, 0]);
  });

  it('checks nobody, and keeps no timer, once it is closed', async () => {
    const { runtime, checked, verifier } = setUp();
    for (const contact of nodes(rate + 5)) verifier.add(contact);
    verifier.close();
    expect(runtime.pendingTimers).to.equal(0);
    await runtime.advance(10_000);
    expect(checked).to.have.length(rate);
  });
});
