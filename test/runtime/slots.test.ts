import { expect } from 'chai';
import { AbortScope } from '../../src/runtime/abort.js';
import { Slots } from '../../src/runtime/slots.js';
import { expectCode } from '../support/expect-code.js';

const never = new AbortScope();

/** Enters, and writes down when the place is there. */
function enter(slots: Slots, entered: string[], name: string, signal = never): Promise<() => void> {
  const place = slots.enter(signal);
  place.then(
    () => entered.push(name),
    () => {},
  );
  return place;
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Slots', () => {
  context('when there is a place', () => {
    it('gives it at once', async () => {
      const leave = await new Slots(1, 0, 'walks').enter(never);
      expect(leave).to.be.a('function');
    });
  });

  context('when all places are taken', () => {
    it('lets in who waits for longest, one for each that leaves', async () => {
      const slots = new Slots(1, 2, 'walks');
      const entered: string[] = [];
      const leave = await enter(slots, entered, 'a');
      const second = enter(slots, entered, 'b');
      enter(slots, entered, 'c');
      await settled();
      expect(entered).to.deep.equal(['a']);
      leave();
      await settled();
      expect(entered).to.deep.equal(['a', 'b']);
      (await second)();
      await settled();
      expect(entered).to.deep.equal(['a', 'b', 'c']);
    });

    it('does not count a place that is given back twice', async () => {
      const slots = new Slots(1, 2, 'walks');
      const entered: string[] = [];
      const leave = await enter(slots, entered, 'a');
      enter(slots, entered, 'b');
      enter(slots, entered, 'c');
      leave();
      leave();
      await settled();
      expect(entered).to.deep.equal(['a', 'b']);
    });

    it('refuses more than may wait', async () => {
      const slots = new Slots(1, 1, 'walks');
      await slots.enter(never);
      slots.enter(never).catch(() => {});
      await expectCode(slots.enter(never), 'ERR_BUSY');
    });

    it('forgets who stops waiting', async () => {
      const slots = new Slots(1, 1, 'walks');
      const entered: string[] = [];
      const leave = await slots.enter(never);
      const scope = new AbortScope();
      const left = enter(slots, entered, 'b', scope).catch((reason) => reason);
      scope.abort('gone');
      expect(await left).to.equal('gone');
      enter(slots, entered, 'c');
      leave();
      await settled();
      expect(entered).to.deep.equal(['c']);
    });

    it('passes on the place of who stops waiting in the moment of being called', async () => {
      const slots = new Slots(1, 2, 'walks');
      const entered: string[] = [];
      const leave = await slots.enter(never);
      const scope = new AbortScope();
      const left = enter(slots, entered, 'b', scope).catch((reason) => reason);
      enter(slots, entered, 'c');
      scope.abort('gone');
      leave();
      expect(await left).to.equal('gone');
      await settled();
      expect(entered).to.deep.equal(['c']);
    });

    it('keeps the place of who was called and stops waiting before it heard of it', async () => {
      const slots = new Slots(1, 2, 'walks');
      const entered: string[] = [];
      const leave = await slots.enter(never);
      const scope = new AbortScope();
      enter(slots, entered, 'b', scope).catch(() => {});
      leave();
      scope.abort('gone');
      await settled();
      enter(slots, entered, 'c');
      await settled();
      expect(entered).to.deep.equal(['c']);
    });
  });

  context('when the signal has aborted', () => {
    it('rejects with its reason and takes no place', async () => {
      const slots = new Slots(1, 0, 'walks');
      const scope = new AbortScope();
      scope.abort('gone');
      expect(await slots.enter(scope).catch((reason) => reason)).to.equal('gone');
      await slots.enter(never);
    });
  });
});
