import { expect } from 'chai';
import type { Key } from '../../src/id/key.js';
import { limits } from '../../src/limits.js';
import { Hints } from '../../src/routing/hints.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedNodeOf } from '../support/contacts.js';
import { distanceOf, keyAtDistance, keyOfName } from '../support/ids.js';

const target = keyOfName('target');
const teller = keyOfName('teller');
const budget = 1_048_576;
const idsOf = (contacts: readonly EncodedContact[]) => contacts.map(({ id }) => id);
const nodes = (count: number, name = 'node') =>
  Array.from({ length: count }, (_, i) => encodedNodeOf(`${name}-${i}`));
const closestFirst = (contacts: readonly EncodedContact[]) =>
  [...contacts].sort((a, b) => (distanceOf(target, a.key) < distanceOf(target, b.key) ? -1 : 1));
/** With a key of its own for each, so that no teller has more than its share. */
const hearAll = (hints: Hints, contacts: readonly EncodedContact[], now = 0) => {
  for (const contact of contacts) hints.heard(contact, contact.key, now);
};

describe('Hints', () => {
  it('names the closest, closest first, of however many there are', () => {
    for (const count of [1, 5, 64, 65, 1_000]) {
      const hints = new Hints(budget);
      const all = nodes(count);
      hearAll(hints, all);
      expect(hints.size).to.equal(count);
      expect(idsOf(hints.closest(target, 6, 0))).to.deep.equal(idsOf(closestFirst(all).slice(0, 6)));
    }
  });

  it('gives the bytes that were heard', () => {
    const hints = new Hints(budget);
    const [contact] = nodes(1) as [EncodedContact];
    hints.heard(contact, teller, 0);
    expect(hints.closest(target, 1, 0)[0]?.bytes).to.deep.equal(contact.bytes);
  });

  it('names none that is not closer than the bar', () => {
    const hints = new Hints(budget);
    const all = closestFirst(nodes(50));
    hearAll(hints, all);
    expect(idsOf(hints.closest(target, 6, 0, all[3]?.key))).to.deep.equal(idsOf(all.slice(0, 3)));
    expect(hints.closest(target, 6, 0, keyAtDistance(target, 1))).to.deep.equal([]);
  });

  it('forgets one, and the others stay', () => {
    const hints = new Hints(budget);
    const all = closestFirst(nodes(200));
    hearAll(hints, all);
    for (const contact of all.slice(0, 100)) hints.forget(contact.key);
    hints.forget(keyOfName('unknown'));
    expect(hints.size).to.equal(100);
    expect(idsOf(hints.closest(target, 5, 0))).to.deep.equal(idsOf(all.slice(100, 105)));
    hearAll(hints, all.slice(0, 100));
    expect(idsOf(hints.closest(target, 5, 0))).to.deep.equal(idsOf(all.slice(0, 5)));
  });

  context('when a node is heard of again', () => {
    const [contact] = nodes(1) as [EncodedContact];
    const moved = encodedNodeOf('node-0', { data: 'moved' });

    it('keeps what was said first, and for longer', () => {
      const hints = new Hints(budget);
      hints.heard(contact, teller, 0);
      hints.heard(moved, teller, limits.hintHeardMs);
      expect(hints.closest(target, 1, 2 * limits.hintHeardMs)[0]?.bytes).to.deep.equal(contact.bytes);
      expect(hints.closest(target, 1, 2 * limits.hintHeardMs + 1_000)).to.deep.equal([]);
      expect(hints.size).to.equal(0);
    });

    it('takes what has answered in place of hearsay', () => {
      const hints = new Hints(budget);
      hints.heard(contact, teller, 0);
      hints.answered(moved, 0);
      expect(hints.closest(target, 1, limits.hintAnsweredMs)[0]?.bytes).to.deep.equal(moved.bytes);
    });

    it('does not take hearsay in place of what has answered, until that is old', () => {
      const hints = new Hints(budget);
      hints.answered(contact, 0);
      hints.heard(moved, teller, limits.hintAnsweredMs);
      expect(hints.closest(target, 1, limits.hintAnsweredMs)[0]?.bytes).to.deep.equal(contact.bytes);
      hints.heard(moved, teller, limits.hintAnsweredMs + 1_000);
      expect(hints.closest(target, 1, limits.hintAnsweredMs + 1_000)[0]?.bytes).to.deep.equal(moved.bytes);
    });
  });

  context('when the budget is spent', () => {
    it('takes no more memory, and keeps hints all over the key space', () => {
      const hints = new Hints(50_000);
      hearAll(hints, nodes(2_000));
      expect(hints.size).to.equal(hints.most);
      expect(hints.bytes).to.be.within(40_000, 50_000);
      const corners = Array.from({ length: 16 }, (_, i) => keyAtDistance(target, BigInt(i) << 252n));
      const inCorner = (corner: Key) =>
        hints.closest(corner, hints.most, 0, keyAtDistance(corner, 1n << 252n)).length;
      for (const corner of corners) expect(inCorner(corner)).to.be.at.least(hints.most / 64);
    });

    it('keeps those that have answered, and lets hearsay go', () => {
      const hints = new Hints(50_000);
      const good = closestFirst(nodes(100, 'good'));
      for (const contact of good) hints.answered(contact, 0);
      hearAll(hints, nodes(5_000, 'heard'), 1_000);
      for (const contact of good) expect(hints.closest(contact.key, 1, 1_000)[0]?.id).to.equal(contact.id);
    });

    it('lets the oldest go when all have answered', () => {
      const hints = new Hints(10_000);
      for (const [i, contact] of nodes(1_000).entries()) hints.answered(contact, 1_000 * i);
      const last = nodes(1_000).at(-1) as EncodedContact;
      expect(hints.size).to.equal(hints.most);
      expect(hints.closest(last.key, 1, 1_000_000)[0]?.id).to.equal(last.id);
    });
  });

  it('keeps none without a budget, or of those that are long', () => {
    const none = new Hints(0);
    hearAll(none, nodes(1));
    expect([none.size, none.bytes, none.most]).to.deep.equal([0, 0, 0]);
    const hints = new Hints(budget);
    hints.heard(encodedNodeOf('long', { data: 'x'.repeat(limits.hintContactBytes) }), teller, 0);
    expect(hints.size).to.equal(0);
  });

  context('when one teller names thousands', () => {
    it('keeps a sixteenth of all for it, and what others say has its place', () => {
      const hints = new Hints(budget);
      for (const contact of nodes(3_000, 'fake')) hints.heard(contact, teller, 0);
      expect(hints.size).to.equal(Math.ceil(hints.most / 16));
      hearAll(hints, nodes(100));
      expect(hints.size).to.be.at.least(Math.ceil(hints.most / 16) + 98);
    });
  });

  context('when keys are chosen, so that they crowd around a target', () => {
    it('keeps 32 of them there, and the others of that part of the key space that have answered', () => {
      const hints = new Hints(budget);
      hearAll(hints, nodes(3_000));
      const [good] = closestFirst(nodes(3_000)) as [EncodedContact];
      hints.answered(good, 0);
      const fakes = nodes(500, 'fake');
      for (const [i, contact] of fakes.entries()) {
        Object.defineProperty(contact, 'key', { value: keyAtDistance(target, BigInt(i + 1) << 200n) });
        hints.heard(contact, keyOfName(`teller-${i}`), 0);
      }
      const near = hints.closest(target, 1_000, 0, keyAtDistance(target, 1n << 210n));
      expect(near.length).to.be.at.most(32);
      expect(idsOf(hints.closest(target, 40, 0))).to.include(good.id);
    });
  });
});
