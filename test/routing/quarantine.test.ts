import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { Quarantine } from '../../src/routing/quarantine.js';
import { encodedOf } from '../support/contacts.js';
import { idOf } from '../support/ids.js';

const id = idOf('a');

describe('Quarantine', () => {
  it('knows when the last of those that it holds may be asked again', () => {
    const quarantine = new Quarantine();
    expect(quarantine.lastUntil(0)).to.equal(undefined);
    quarantine.strike(idOf('a'), 0);
    quarantine.strike(idOf('b'), 100);
    expect(quarantine.lastUntil(200)).to.equal(100 + limits.quarantineFirstMs);
    expect(quarantine.lastUntil(100 + limits.quarantineFirstMs)).to.equal(undefined);
  });

  it('starts anew long after the last failure, and for another contact of the id', () => {
    const quarantine = new Quarantine();
    const day = 86_400_000;
    for (let i = 0; i < 8; i++) quarantine.strike(id, i * day, encodedOf('a'));
    expect(quarantine.holds(id, 7 * day + limits.quarantineFirstMs - 1)).to.equal(true);
    expect(quarantine.holds(id, 7 * day + limits.quarantineFirstMs)).to.equal(false);
  });

  context('when a node has failed', () => {
    it('keeps it out for 5 seconds', () => {
      const quarantine = new Quarantine();
      quarantine.strike(id, 1_000);
      expect(quarantine.holds(id, 1_000)).to.equal(true);
      expect(quarantine.holds(id, 5_999)).to.equal(true);
      expect(quarantine.holds(id, 6_000)).to.equal(false);
      expect(quarantine.holds(idOf('b'), 1_000)).to.equal(false);
    });

    it('doubles the time with each failure, to 10 minutes', () => {
      const quarantine = new Quarantine();
      const times: number[] = [];
      for (let now = 0, strike = 0; strike < 9; strike++) {
        quarantine.strike(id, now);
        const start = now;
        while (quarantine.holds(id, now)) now += 5_000;
        times.push((now - start) / 1_000);
      }
      expect(times).to.deep.equal([5, 10, 20, 40, 80, 160, 320, 600, 600]);
    });
  });

  context('when requests that were in flight together fail together', () => {
    it('takes that for one failure', () => {
      const quarantine = new Quarantine();
      for (let i = 0; i < 8; i++) quarantine.strike(id, i, encodedOf('a'));
      expect(quarantine.holds(id, limits.quarantineFirstMs)).to.equal(false);
    });

    it('still keeps out another contact of the id that failed', () => {
      const quarantine = new Quarantine();
      const [first, second] = [encodedOf('a', { data: 1 }), encodedOf('a', { data: 2 })];
      quarantine.strike(id, 0, first);
      quarantine.strike(id, 0, second);
      expect(quarantine.holdsContact(second, 0)).to.equal(true);
    });
  });

  context('when the node has answered', () => {
    it('forgets its failures', () => {
      const quarantine = new Quarantine();
      quarantine.strike(id, 0);
      quarantine.strike(id, limits.quarantineFirstMs);
      quarantine.clear(id);
      expect(quarantine.holds(id, 0)).to.equal(false);
      quarantine.strike(id, 0);
      expect(quarantine.holds(id, limits.quarantineFirstMs)).to.equal(false);
    });
  });

  context('when one contact of an id has failed', () => {
    it('keeps that contact out and no other', () => {
      const quarantine = new Quarantine();
      const [bad, good] = [encodedOf('a', { data: 'bad' }), encodedOf('a', { data: 'good' })];
      quarantine.strike(id, 0, bad);
      expect(quarantine.holdsContact(encodedOf('a', { data: 'bad' }), 0)).to.equal(true);
      expect(quarantine.holdsContact(good, 0)).to.equal(false);
      expect(quarantine.holdsContact(bad, limits.quarantineFirstMs)).to.equal(false);
    });
  });

  context('when it is full', () => {
    it('forgets who failed longest ago', () => {
      const quarantine = new Quarantine();
      for (let i = 0; i < limits.quarantined; i++) quarantine.strike(idOf(`n${i}`), 0);
      quarantine.strike(idOf('n0'), limits.quarantineFirstMs);
      quarantine.strike(id, 0);
      expect(quarantine.size).to.equal(limits.quarantined);
      expect(quarantine.holds(idOf('n1'), 0)).to.equal(false);
      expect(quarantine.holds(idOf('n0'), 0)).to.equal(true);
    });
  });
});
