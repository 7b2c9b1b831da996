import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { AbortScope } from '../../src/runtime/abort.js';
import { contactOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { Finding } from '../support/finding.js';

describe('a find among nodes of which some cannot be dialled', () => {
  context('when nobody says that there are such', () => {
    it('asks nobody to look for it', async () => {
      const finding = new Finding({ start: [1, 2, 3] });
      finding.findsFor.set(1, finding.thing());
      expect(await finding.find()).to.equal(undefined);
      expect(finding.askedOnBehalf).to.deep.equal([]);
    });
  });

  context('when some of those that answered say so', () => {
    it('has them look for it once nobody else has it, the closest first', async () => {
      const finding = new Finding({ start: [5, 4, 3], knows: { 5: [2, 1] } });
      for (const distance of [5, 2, 3]) finding.beyond.add(distance);
      finding.findsFor.set(3, finding.thing({ data: 'beyond' }));
      expect(await finding.find()).to.deep.equal(finding.thing({ data: 'beyond' }));
      expect(finding.asked.toSorted()).to.deep.equal([1, 2, 3, 4, 5]);
      expect(finding.askedOnBehalf).to.deep.equal([2, 3]);
    });

    it('asks none of them where somebody has it', async () => {
      const finding = new Finding({ start: [1, 2] });
      finding.beyond.add(1);
      finding.holds.set(2, finding.thing());
      expect(await finding.find()).to.deep.equal(finding.thing());
      expect(finding.askedOnBehalf).to.deep.equal([]);
    });

    it('asks three and no more, and remembers that they did not find it', async () => {
      const finding = new Finding({ start: [1, 2, 3, 4, 5] });
      for (const distance of [1, 2, 3, 4, 5]) finding.beyond.add(distance);
      expect(await finding.find()).to.equal(undefined);
      expect(finding.askedOnBehalf).to.deep.equal([1, 2, 3].slice(0, limits.onBehalfAsked));
      expect(finding.contacts.cache.misses).to.equal(1);
    });

    it('remembers what was found for as long as its holder does', async () => {
      const finding = new Finding({ start: [1] });
      finding.beyond.add(1);
      finding.findsFor.set(1, finding.thing());
      finding.ttlSeconds = 60;
      await finding.find();
      expect(finding.contacts.cache.ttlMs(finding.id)).to.be.within(59_000, 60_000);
      await finding.find();
      expect(finding.askedOnBehalf).to.deep.equal([1]);
    });

    it('lets several agree, over those who look for it too', async () => {
      const finding = new Finding({ start: [1, 2, 3] });
      for (const distance of [1, 2]) finding.beyond.add(distance);
      finding.holds.set(3, finding.thing({ clock: 1 }));
      finding.findsFor.set(1, finding.thing({ clock: 2 })).set(2, finding.thing({ clock: 3 }));
      expect(await finding.find({ agree: 2 })).to.include({ clock: 2 });
    });
  });

  context('when one of them is no help', () => {
    it('goes on to the next after one that never comes back, and takes no silence for an answer', async () => {
      const finding = new Finding({ start: [1, 2] });
      for (const distance of [1, 2]) finding.beyond.add(distance);
      finding.lostFor.add(1);
      expect(await finding.find()).to.equal(undefined);
      expect(finding.askedOnBehalf).to.deep.equal([1, 2]);
      expect(finding.contacts.cache.misses).to.equal(0);
      finding.findsFor.set(2, finding.thing());
      expect(await finding.find()).to.deep.equal(finding.thing());
    });

    it('refuses another contact than was asked for, and goes on to the next', async () => {
      const finding = new Finding({ start: [1, 2] });
      for (const distance of [1, 2]) finding.beyond.add(distance);
      finding.findsFor.set(1, contactOf('other')).set(2, finding.thing());
      expect(await finding.find()).to.deep.equal(finding.thing());
      expect(finding.refusals.map(({ code }) => code)).to.deep.equal(['ID_MISMATCH']);
    });

    it('ends within the time of a lookup, though all of them stay away', async () => {
      const finding = new Finding({ start: [1, 2, 3] });
      for (const distance of [1, 2, 3]) {
        finding.beyond.add(distance);
        finding.lostFor.add(distance);
      }
      const startMs = finding.runtime.now();
      await expectCode(finding.find({ timeoutMs: 5_000 }), 'ERR_LOOKUP_TIMEOUT');
      expect(finding.runtime.now() - startMs).to.be.within(5_000, 5_016);
      await finding.runtime.advance(limits.lookupMs);
      expect([finding.runtime.pendingTimers, finding.walker.size, finding.askedOnBehalf]).to.deep.equal([
        0,
        0,
        [1, 2],
      ]);
    });
  });

  context('when nobody was asked who could know of such nodes', () => {
    it('has one look for it that could, and was met', async () => {
      const finding: Finding = new Finding({
        start: [1, 2],
        isBridging: (contact) => finding.network.distanceOf(contact) === 9,
        bridges: () => finding.network.all(9, 10),
      });
      finding.findsFor.set(9, finding.thing());
      expect(await finding.find()).to.deep.equal(finding.thing());
      expect(finding.askedOnBehalf).to.deep.equal([9]);
    });

    it('does not, where one was asked and said nothing of such', async () => {
      const finding: Finding = new Finding({
        start: [1, 2],
        isBridging: (contact) => finding.network.distanceOf(contact) === 2,
        bridges: () => finding.network.all(9),
      });
      expect(await finding.find()).to.equal(undefined);
      expect(finding.askedOnBehalf).to.deep.equal([]);
    });
  });

  context('when it is for another', () => {
    const finding = () => {
      const world = new Finding({ start: [1] });
      world.beyond.add(1);
      world.findsFor.set(1, world.thing());
      return world;
    };

    it('has nobody look for it in turn, and does not take that for the last word', async () => {
      const world = finding();
      const found = await world.runtime.run(world.finder.findFor(world.id, new AbortScope()));
      expect([found, world.askedOnBehalf, world.contacts.cache.misses]).to.deep.equal([undefined, [], 0]);
      expect(await world.find()).to.deep.equal(world.thing());
    });

    it('does so in the time that the other will wait, and while one of our own goes on', async () => {
      const world = finding();
      world.silent.add(1);
      const startMs = world.runtime.now();
      const own = world.finder.find(world.id).catch(({ code }) => code);
      await expectCode(
        world.runtime.run(world.finder.findFor(world.id, new AbortScope())),
        'ERR_LOOKUP_TIMEOUT',
      );
      expect(world.runtime.now() - startMs).to.be.within(limits.onBehalfMs, limits.onBehalfMs + 16);
      expect(world.finder.size).to.equal(1);
      expect(await world.runtime.run(own)).to.equal('ERR_LOOKUP_TIMEOUT');
    });

    it('says for how long it is vouched for', async () => {
      const world = finding();
      world.holds.set(1, world.thing());
      world.ttlSeconds = 60;
      const found = await world.runtime.run(world.finder.findFor(world.id, new AbortScope()));
      expect(found?.contact.contact).to.deep.equal(world.thing());
      expect(found?.ttlMs).to.be.within(59_000, 60_000);
    });
  });

  context('when it is shown step by step', () => {
    it('marks who was asked to look for it, at the hop of who was asked', async () => {
      const finding = new Finding({ start: [8], knows: { 8: [1] } });
      finding.beyond.add(1);
      finding.findsFor.set(1, finding.thing());
      const steps = await finding.runtime.run(async () => {
        const shown: unknown[] = [];
        for await (const step of finding.finder.lookup(finding.id, {}))
          shown.push([step.type, step.hop, step.onBehalf, step.found !== undefined]);
        return shown;
      });
      expect(steps).to.deep.equal([
        ['answered', 1, undefined, false],
        ['answered', 2, undefined, false],
        ['answered', 2, true, true],
      ]);
    });

    it('says who stayed away', async () => {
      const finding = new Finding({ start: [1] });
      finding.beyond.add(1);
      finding.lostFor.add(1);
      const last = await finding.runtime.run(async () => {
        let step: unknown;
        for await (step of finding.finder.lookup(finding.id, {}));
        return step;
      });
      expect(last).to.include({ type: 'failed', code: 'ERR_TIMEOUT', onBehalf: true });
    });
  });
});
