import { expect } from 'chai';
import type { ArbiterFunction } from '../../src/contracts/arbiter.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactOf, encodedNodeOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { Finding } from '../support/finding.js';
import type { WalkNetworkOptions } from '../support/walks.js';

const union: ArbiterFunction = (incumbent, candidate) => {
  const items = [incumbent, candidate].flatMap((contact) => (contact?.data as string[] | undefined) ?? []);
  return { id: candidate.id, data: [...new Set(items)].sort() };
};

describe('Finder', () => {
  describe('find', () => {
    context('when the id is registered here', () => {
      it('asks nobody', async () => {
        const finding = new Finding({ start: [1] });
        const registered = EncodedContact.from(finding.thing({ data: 'mine' }));
        finding.contacts.observe(registered, { type: 'registered' });
        expect(await finding.find({ fresh: true })).to.deep.equal(registered.contact);
        expect(finding.requests).to.equal(0);
      });
    });

    context('when a node holds it', () => {
      it('stops at the first that has it, and ends the other requests', async () => {
        const finding = new Finding({ start: [8, 9, 10], knows: { 8: [1] } });
        finding.holds.set(8, finding.thing({ data: 'there' }));
        finding.silent.add(9);
        expect(await finding.find()).to.deep.equal(finding.thing({ data: 'there' }));
        expect(finding.asked).to.deep.equal([8, 9]);
        expect(finding.aborted).to.deep.equal([9]);
        expect([finding.inFlight, finding.runtime.pendingTimers, finding.walker.size]).to.deep.equal([
          0, 0, 0,
        ]);
      });

      it('remembers it for as long as the holder does', async () => {
        const finding = new Finding({ start: [1] });
        finding.holds.set(1, finding.thing());
        finding.ttlSeconds = 60;
        await finding.find();
        await finding.runtime.advance(59_000);
        await finding.find();
        expect(finding.requests).to.equal(1);
        await finding.runtime.advance(1_001);
        await finding.find();
        expect(finding.requests).to.equal(2);
      });

      it('asks again when a fresh answer is wanted', async () => {
        const finding = new Finding({ start: [1] });
        finding.holds.set(1, finding.thing({ clock: 1 }));
        await finding.find();
        finding.holds.set(1, finding.thing({ clock: 2 }));
        expect(await finding.find()).to.include({ clock: 1 });
        expect(await finding.find({ fresh: true })).to.include({ clock: 2 });
      });

      it('lets the arbiter choose between what is cached and what is said', async () => {
        const finding = new Finding({ start: [1] });
        finding.holds.set(1, finding.thing({ clock: 5 }));
        await finding.find();
        finding.holds.set(1, finding.thing({ clock: 4 }));
        expect(await finding.find({ fresh: true })).to.include({ clock: 5 });
      });

      it('returns it though the holder will forget it within the second', async () => {
        const finding = new Finding({ start: [1] });
        finding.holds.set(1, finding.thing());
        finding.ttlSeconds = 0;
        expect(await finding.find()).to.deep.equal(finding.thing());
        expect(finding.contacts.cache.size).to.equal(0);
      });
    });

    context('when nobody has it', () => {
      it('resolves to undefined once the k closest have said so', async () => {
        const finding = new Finding({ start: [8], knows: { 8: [1, 2, 3] } });
        expect(await finding.find()).to.equal(undefined);
        expect(finding.asked).to.deep.equal([8, 1, 2, 3]);
      });

      it('remembers that for 5 seconds', async () => {
        const finding = new Finding({ start: [1] });
        await finding.find();
        await finding.find();
        expect(finding.requests).to.equal(1);
        await finding.runtime.advance(limits.missMs + 1);
        await finding.find();
        expect(finding.requests).to.equal(2);
      });

      it('does not take that for an answer when a fresh one is wanted', async () => {
        const finding = new Finding({ start: [1] });
        await finding.find();
        finding.holds.set(1, finding.thing());
        expect(await finding.find({ fresh: true })).to.deep.equal(finding.thing());
      });

      it('remembers nothing when nobody was reached', async () => {
        const finding = new Finding({ start: [1] });
        finding.dead.add(1);
        await expectCode(finding.find(), 'ERR_NO_NODES');
        expect(finding.contacts.cache.misses).to.equal(0);
      });
    });

    context('when many ask at once', () => {
      it('walks once', async () => {
        const finding = new Finding({ start: [1, 2, 3] });
        finding.holds.set(3, finding.thing());
        const found = await finding.runtime.run(
          Promise.all(Array.from({ length: 1_000 }, () => finding.finder.find(finding.id))),
        );
        expect(new Set(found.map((each) => each?.id))).to.deep.equal(new Set([finding.id]));
        expect(finding.requests).to.equal(3);
        expect(finding.finder.size).to.equal(0);
      });
    });

    context('when a node answers with another contact than was asked for', () => {
      it('refuses it, and goes on', async () => {
        const finding = new Finding({ start: [1, 2] });
        finding.holds.set(1, contactOf('other')).set(2, finding.thing());
        expect(await finding.find()).to.deep.equal(finding.thing());
        expect(finding.refusals.map(({ code }) => code)).to.deep.equal(['ID_MISMATCH']);
        expect(finding.contacts.cache.get(contactOf('other').id)).to.equal(undefined);
      });
    });

    context('when what is found was called unreachable', () => {
      it('goes on to a node that has another', async () => {
        const finding = new Finding({ start: [1, 2] });
        const [bad, good] = [finding.thing({ data: 'bad' }), finding.thing({ data: 'good', clock: 1 })];
        finding.holds.set(1, bad).set(2, good);
        finding.unreachable.strike(finding.id, finding.runtime.now(), EncodedContact.from(bad));
        expect(await finding.find()).to.deep.equal(good);
      });

      it('resolves to undefined when all have the same, and finds it again after the quarantine', async () => {
        const finding = new Finding({ start: [1, 2] });
        const bad = finding.thing({ data: 'bad' });
        finding.holds.set(1, bad).set(2, bad);
        finding.unreachable.strike(finding.id, finding.runtime.now(), EncodedContact.from(bad));
        expect(await finding.find()).to.equal(undefined);
        await finding.runtime.advance(limits.quarantineFirstMs + 1);
        expect(await finding.find()).to.deep.equal(bad);
      });
    });

    context('when several holders are to agree', () => {
      it('asks until so many have answered, and returns what the arbiter makes of them', async () => {
        const finding = new Finding({ start: [1, 2, 3, 4], k: 4 } as WalkNetworkOptions, union);
        for (const [at, item] of [...'abcd'].entries())
          finding.holds.set(at + 1, finding.thing({ data: [item] }));
        expect(await finding.find({ agree: 3 })).to.deep.equal(finding.thing({ data: ['a', 'b', 'c'] }));
      });

      it('returns what the fewer say that have it', async () => {
        const finding = new Finding({ start: [1, 2, 3] }, union);
        finding.holds.set(2, finding.thing({ data: ['b'] }));
        expect(await finding.find({ agree: 3 })).to.deep.equal(finding.thing({ data: ['b'] }));
      });

      it('counts what is held here', async () => {
        const finding = new Finding({ start: [1, 2] }, union);
        const held = EncodedContact.from(finding.thing({ data: ['a'] }));
        finding.contacts.observe(held, { type: 'announced', from: encodedNodeOf('host') });
        finding.holds.set(1, finding.thing({ data: ['b'] }));
        expect(await finding.find({ agree: 2 })).to.deep.equal(finding.thing({ data: ['a', 'b'] }));
      });

      it('asks though it is cached', async () => {
        const finding = new Finding({ start: [1, 2] }, union);
        finding.holds.set(1, finding.thing({ data: ['a'] })).set(2, finding.thing({ data: ['b'] }));
        await finding.find();
        expect(await finding.find({ agree: 2 })).to.deep.equal(finding.thing({ data: ['a', 'b'] }));
      });
    });

    context('when the signal aborts', () => {
      it('rejects with its reason, at once where it has aborted before', async () => {
        const finding = new Finding({ start: [1] });
        const controller = new AbortController();
        controller.abort('enough');
        const outcome = finding.finder.find(finding.id, { signal: controller.signal });
        expect(await outcome.catch((reason) => reason)).to.equal('enough');
        expect(finding.requests).to.equal(0);
      });

      it('ends the requests in flight when nobody else wants to know', async () => {
        const finding = new Finding({ start: [1, 2] });
        finding.silent.add(1).add(2);
        const controller = new AbortController();
        const outcome = finding.finder
          .find(finding.id, { signal: controller.signal })
          .catch((reason) => reason);
        await finding.runtime.advance(20);
        controller.abort('enough');
        expect(await outcome).to.equal('enough');
        await finding.runtime.advance(0);
        expect(finding.aborted).to.deep.equal([1, 2]);
        expect([finding.walker.size, finding.runtime.pendingTimers]).to.deep.equal([0, 0]);
      });
    });

    context('when the arbiter always throws', () => {
      it('returns what the holder said', async () => {
        const finding = new Finding({ start: [1] }, () => {
          throw new Error('broken');
        });
        finding.holds.set(1, finding.thing());
        expect(await finding.find()).to.deep.equal(finding.thing());
      });
    });
  });

  describe('lookup', () => {
    const lookup = (finding: Finding) => finding.finder.lookup(finding.id, {});

    it('yields each step, and ends with the one that found it', async () => {
      const finding = new Finding({ start: [8, 9], knows: { 8: [1] } });
      finding.holds.set(1, finding.thing());
      const steps = await finding.runtime.run(async () => {
        const all = [];
        for await (const step of lookup(finding)) all.push(step);
        return all;
      });
      expect(steps.map(({ hop, named, found }) => [hop, named, found])).to.deep.equal([
        [1, 1, undefined],
        [1, 0, undefined],
        [2, 0, finding.thing()],
      ]);
    });

    it('asks the network for what is known here', async () => {
      const finding = new Finding({ start: [1] });
      finding.contacts.observe(EncodedContact.from(finding.thing()), { type: 'registered' });
      await finding.runtime.run(async () => {
        for await (const _ of lookup(finding));
      });
      expect(finding.requests).to.equal(1);
    });

    for (const [where, heldAt] of [
      ['before it is found', undefined],
      ['where it is found', 1],
    ] as const) {
      it(`ends the requests in flight when the loop is left ${where}`, async () => {
        const finding = new Finding({ start: [1, 2] });
        if (heldAt !== undefined) finding.holds.set(heldAt, finding.thing());
        finding.silent.add(2);
        await finding.runtime.run(async () => {
          for await (const _ of lookup(finding)) break;
        });
        expect(finding.aborted).to.deep.equal([2]);
        expect([finding.walker.size, finding.runtime.pendingTimers]).to.deep.equal([0, 0]);
      });
    }
  });
});
