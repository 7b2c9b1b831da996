import { expect } from 'chai';
import { Lookup, type LookupOptions } from '../../src/lookup/lookup.js';
import type { LookupPeer } from '../../src/lookup/lookup-peer.js';
import { keyOfName } from '../support/ids.js';
import { type Topology, topology } from '../support/topology.js';

const target = keyOfName('target');

interface WalkedOptions extends Omit<LookupOptions, 'kindsOf' | 'holders'> {
  readonly kindsOf: (distance: number) => readonly string[];
  /** One holder will do; whoever is no further than this is likely to be one. */
  readonly likelyUntil: number;
  /** To whom there is a session. */
  readonly atHand: readonly number[];
}

/** A lookup that is asked by hand; nodes are written as their distances from the target. */
class Walked {
  readonly lookup: Lookup;
  readonly network;
  readonly peers = new Map<number, LookupPeer>();
  now = 0;

  constructor(
    start: readonly number[],
    knows: Topology = {},
    { kindsOf, likelyUntil, atHand = [], ...options }: Partial<WalkedOptions> = {},
  ) {
    this.network = topology(target, knows);
    this.lookup = new Lookup(target, {
      k: 3,
      alpha: 2,
      maxRequests: 64,
      maxCandidates: 256,
      kindsOf: kindsOf && ((contact) => kindsOf(this.network.distanceOf(contact))),
      holders:
        likelyUntil === undefined
          ? undefined
          : {
              isLikely: (contact) => this.network.distanceOf(contact) <= likelyUntil,
              isAtHand: (contact) => atHand.includes(this.network.distanceOf(contact)),
            },
      ...options,
    });
    this.lookup.hear(this.network.all(...start));
  }

  /** Asks whom the lookup wants asked now; `lateMs` later they are slow. */
  ask(lateMs = 100): number[] {
    const asked: number[] = [];
    for (let move = this.lookup.next(this.now); move.type === 'ask'; move = this.lookup.next(this.now)) {
      this.lookup.asked(move.peer, this.now, this.now + lateMs);
      const distance = this.network.distanceOf(move.peer.contact);
      this.peers.set(distance, move.peer);
      asked.push(distance);
    }
    return asked;
  }

  answer(...distances: readonly number[]): boolean[] {
    return distances.map((distance) => {
      const peer = this.peers.get(distance) as LookupPeer;
      return this.lookup.answered(peer, this.network.namedBy(peer.contact));
    });
  }

  fail(...distances: readonly number[]): boolean[] {
    return distances.map((distance) => this.lookup.failed(this.peers.get(distance) as LookupPeer));
  }

  /** They were not asked: they may not be dialled. */
  deny(...distances: readonly number[]): void {
    for (const distance of distances) this.lookup.failed(this.peers.get(distance) as LookupPeer, false);
  }

  get move(): unknown {
    return this.lookup.next(this.now);
  }

  get closest(): number[] {
    return this.lookup.closest.map(({ contact }) => this.network.distanceOf(contact));
  }
}

const ended = (reason: string) => ({ type: 'end', reason });

describe('Lookup', () => {
  context('when it knows nobody', () => {
    it('ends with nobody', () => {
      expect(new Walked([]).move).to.deep.equal(ended('nobody'));
    });
  });

  context('when it begins', () => {
    it('asks the alpha closest, closest first, and waits', () => {
      const walked = new Walked([7, 3, 9, 5]);
      expect(walked.ask()).to.deep.equal([3, 5]);
      expect(walked.move).to.deep.equal({ type: 'wait', until: 100 });
    });

    it('gives those of our own table depth 1 and nobody who told of them', () => {
      const walked = new Walked([3]);
      walked.ask();
      const peer = walked.peers.get(3) as LookupPeer;
      expect([peer.depth, peer.toldBy, peer.state]).to.deep.equal([1, undefined, 'asked']);
    });
  });

  context('where one holder will do', () => {
    it('asks one that is likely, alone', () => {
      const walked = new Walked([7, 3, 9, 5], {}, { likelyUntil: 5 });
      expect(walked.ask()).to.deep.equal([3]);
      expect(walked.move).to.deep.equal({ type: 'wait', until: 100 });
    });

    it('asks one to whom there is a session before one that is closer', () => {
      const walked = new Walked([7, 3, 9, 5], {}, { likelyUntil: 5, atHand: [5, 7] });
      expect(walked.ask()).to.deep.equal([5]);
    });

    it('asks alpha at once as long as nobody is likely', () => {
      const walked = new Walked([7, 9, 8], { 7: [2, 3] }, { likelyUntil: 5 });
      expect(walked.ask()).to.deep.equal([7, 8]);
      walked.answer(7);
      expect(walked.ask()).to.deep.equal([2]);
      walked.answer(8);
      expect(walked.ask()).to.deep.equal([]);
    });

    it('asks alpha at once when one that was likely has denied it', () => {
      const walked = new Walked([3, 4, 5], {}, { likelyUntil: 5, atHand: [4] });
      expect(walked.ask()).to.deep.equal([4]);
      walked.answer(4);
      expect(walked.ask()).to.deep.equal([3, 5]);
    });

    it('asks another that is likely when the first has failed, or is late', () => {
      const walked = new Walked([3, 4, 5], {}, { likelyUntil: 5 });
      walked.ask();
      walked.fail(3);
      expect(walked.ask()).to.deep.equal([4]);
      walked.now = 100;
      expect(walked.ask()).to.deep.equal([5]);
    });

    it('wants the exact contact alone of whom it asks alone, unless others have named it', () => {
      const willDo = (walked: Walked, distance: number) => walked.peers.get(distance)?.exactWillDo;
      const walked = new Walked([3, 4, 5], {}, { likelyUntil: 4 });
      walked.ask();
      walked.answer(3);
      walked.ask();
      expect([3, 4, 5].map((distance) => willDo(walked, distance))).to.deep.equal([true, false, false]);
      const further = new Walked([7], { 7: [3] }, { likelyUntil: 4 });
      further.ask();
      further.answer(7);
      further.ask();
      expect([7, 3].map((distance) => willDo(further, distance))).to.deep.equal([false, false]);
    });

    it('asks one again whose exact contact will not do, then for whom it knows', () => {
      const walked = new Walked([3], {}, { likelyUntil: 4 });
      walked.ask();
      walked.answer(3);
      const peer = walked.peers.get(3) as LookupPeer;
      walked.lookup.again(peer);
      expect(walked.ask()).to.deep.equal([3]);
      expect(peer.exactWillDo).to.equal(false);
      walked.answer(3);
      expect([walked.lookup.requests, walked.lookup.answers]).to.deep.equal([2, 1]);
    });

    it('ends with the k closest all the same', () => {
      const walked = new Walked([3, 4, 5, 6], { 3: [1] }, { likelyUntil: 4, atHand: [4] });
      for (let asked = walked.ask(); asked.length > 0; asked = walked.ask()) walked.answer(...asked);
      expect([walked.move, walked.closest]).to.deep.equal([ended('closest'), [1, 3, 4]]);
    });
  });

  context('when a node answers', () => {
    it('asks whom it named, before those known longer that are further', () => {
      const walked = new Walked([8, 9, 10], { 8: [2, 1] });
      expect(walked.ask()).to.deep.equal([8, 9]);
      walked.answer(8);
      expect(walked.ask()).to.deep.equal([1]);
    });

    it('sends one request for each reply, not one round after the other', () => {
      const walked = new Walked([6, 7, 8], { 6: [1, 2, 3] });
      walked.ask();
      walked.answer(6);
      expect(walked.ask()).to.deep.equal([1]);
      walked.answer(7);
      expect(walked.ask()).to.deep.equal([2]);
    });

    it('remembers who named a node first, and how deep it is', () => {
      const walked = new Walked([8, 9], { 8: [2], 9: [2], 2: [1] });
      walked.ask();
      walked.answer(8, 9);
      walked.ask();
      walked.answer(2);
      walked.ask();
      const [two, one] = [walked.peers.get(2), walked.peers.get(1)];
      expect(two?.toldBy).to.equal(walked.peers.get(8));
      expect(one?.toldBy).to.equal(two);
      expect([two?.depth, one?.depth]).to.deep.equal([2, 3]);
    });

    it('changes nothing when it answers again', () => {
      const walked = new Walked([8, 9], { 8: [2] });
      walked.ask();
      expect(walked.answer(8, 8)).to.deep.equal([true, false]);
      expect(walked.lookup.answers).to.equal(1);
    });

    it('asks nobody for being named twice, by others or by itself', () => {
      const walked = new Walked([8, 9], { 8: [8, 9, 2, 2], 9: [8, 9, 2] });
      walked.ask();
      walked.answer(8, 9);
      expect(walked.ask()).to.deep.equal([2]);
      walked.answer(2);
      expect(walked.move).to.deep.equal(ended('closest'));
      expect(walked.lookup.requests).to.equal(3);
    });
  });

  context('when the k closest have answered', () => {
    it('ends, and asks nobody further', () => {
      const walked = new Walked([1, 2, 3, 4, 5], {}, { alpha: 3 });
      expect(walked.ask()).to.deep.equal([1, 2, 3]);
      walked.answer(1, 2, 3);
      expect(walked.move).to.deep.equal(ended('closest'));
      expect(walked.closest).to.deep.equal([1, 2, 3]);
    });

    it('does not wait for one that is further', () => {
      const walked = new Walked([5, 6], { 5: [1, 2, 3] }, { alpha: 3 });
      walked.ask();
      walked.answer(5);
      walked.ask();
      walked.answer(1);
      walked.ask();
      walked.answer(2, 3);
      expect(walked.move).to.deep.equal(ended('closest'));
    });

    it('ends sooner when there are fewer than k', () => {
      const walked = new Walked([4]);
      walked.ask();
      walked.answer(4);
      expect(walked.move).to.deep.equal(ended('closest'));
      expect(walked.closest).to.deep.equal([4]);
    });
  });

  context('when a node fails', () => {
    it('asks the next closest in its place', () => {
      const walked = new Walked([1, 2, 3, 4]);
      walked.ask();
      expect(walked.fail(1)).to.deep.equal([true]);
      expect(walked.ask()).to.deep.equal([3]);
      walked.answer(2, 3);
      expect(walked.ask()).to.deep.equal([4]);
      walked.answer(4);
      expect(walked.closest).to.deep.equal([2, 3, 4]);
      expect(walked.move).to.deep.equal(ended('closest'));
    });

    it('does not consider it again, whoever names it', () => {
      const walked = new Walked([1, 2], { 2: [1] });
      walked.ask();
      walked.fail(1);
      walked.answer(2);
      expect(walked.ask()).to.deep.equal([]);
      expect(walked.move).to.deep.equal(ended('closest'));
    });

    it('ignores an answer that comes after the failure', () => {
      const walked = new Walked([1, 2], { 1: [0] });
      walked.ask();
      walked.fail(1);
      expect(walked.answer(1)).to.deep.equal([false]);
      expect(walked.fail(1)).to.deep.equal([false]);
      expect(walked.ask()).to.deep.equal([]);
    });

    it('ends with nobody when all of them fail', () => {
      const walked = new Walked([1, 2]);
      walked.ask();
      walked.fail(1, 2);
      expect(walked.move).to.deep.equal(ended('nobody'));
      expect(walked.closest).to.deep.equal([]);
    });
  });

  context('when a node is slower than its usual', () => {
    it('asks the next one without waiting for it', () => {
      const walked = new Walked([1, 2, 3, 4]);
      walked.ask(100);
      walked.now = 100;
      expect(walked.ask(100)).to.deep.equal([3, 4]);
      expect(walked.peers.get(1)?.state).to.equal('late');
    });

    it('says when it will be late, the soonest first', () => {
      const walked = new Walked([1, 2, 3]);
      walked.ask(100);
      walked.now = 50;
      walked.answer(2);
      walked.ask(10);
      expect(walked.move).to.deep.equal({ type: 'wait', until: 60 });
    });

    it('still takes what it says', () => {
      const walked = new Walked([4, 5], { 4: [1] });
      walked.ask();
      walked.now = 200;
      walked.ask();
      expect(walked.answer(4)).to.deep.equal([true]);
      expect(walked.ask()).to.deep.equal([1]);
    });

    it('waits for it at the end, without a moment of its own', () => {
      const walked = new Walked([1, 2]);
      walked.ask(100);
      walked.answer(2);
      walked.now = 100;
      expect(walked.move).to.deep.equal({ type: 'wait', until: undefined });
      walked.answer(1);
      expect(walked.move).to.deep.equal(ended('closest'));
    });

    it('ends without it once k closer ones have answered', () => {
      const walked = new Walked([8, 9], { 9: [1, 2, 3] }, { alpha: 3 });
      walked.ask();
      walked.now = 100;
      walked.answer(9);
      walked.ask();
      walked.answer(1, 2, 3);
      expect(walked.move).to.deep.equal(ended('closest'));
    });
  });

  context('when its requests are spent', () => {
    it('asks nobody else, and ends when those in flight have settled', () => {
      const walked = new Walked([1, 2, 3], {}, { maxRequests: 2 });
      walked.ask();
      walked.answer(1);
      expect(walked.move).to.deep.equal({ type: 'wait', until: 100 });
      walked.answer(2);
      expect(walked.move).to.deep.equal(ended('requests'));
    });

    it('ends with closest when the k closest happen to have answered', () => {
      const walked = new Walked([1, 2, 3], {}, { k: 2, maxRequests: 2 });
      walked.ask();
      walked.answer(1, 2);
      expect(walked.move).to.deep.equal(ended('closest'));
    });
  });

  context('when some may not be dialled', () => {
    it('spends no request on them', () => {
      const walked = new Walked([1, 2, 3, 4], {}, { maxRequests: 2, k: 2 });
      walked.ask();
      walked.deny(1, 2);
      expect(walked.lookup.requests).to.equal(0);
      expect(walked.ask()).to.deep.equal([3, 4]);
      walked.answer(3, 4);
      expect(walked.move).to.deep.equal(ended('closest'));
    });

    it('spends requests on them as on others once there are as many as may be asked', () => {
      const walked = new Walked([1, 2, 3, 4, 5, 6], {}, { maxRequests: 2 });
      for (const asked of [
        [1, 2],
        [3, 4],
      ]) {
        expect(walked.ask()).to.deep.equal(asked);
        walked.deny(...asked);
      }
      expect(walked.lookup.requests).to.equal(2);
      expect(walked.move).to.deep.equal(ended('requests'));
    });

    it('does not try them again in the same walk, whoever names them', () => {
      const walked = new Walked([1, 9], { 9: [1, 2] });
      walked.ask();
      walked.deny(1);
      walked.answer(9);
      expect(walked.ask()).to.deep.equal([2]);
    });

    it('ends with nobody when there is nobody else', () => {
      const walked = new Walked([1]);
      walked.ask();
      walked.deny(1);
      expect(walked.move).to.deep.equal(ended('nobody'));
    });
  });

  context('when it hears of more than it may remember', () => {
    it('forgets the furthest', () => {
      const walked = new Walked([9], { 9: [1, 2, 3, 4, 5] }, { maxCandidates: 3 });
      walked.ask();
      walked.answer(9);
      expect(walked.ask()).to.deep.equal([1, 2]);
      walked.answer(1, 2);
      expect(walked.ask()).to.deep.equal([3]);
      walked.answer(3);
      expect(walked.move).to.deep.equal(ended('closest'));
    });

    it('may hear of them again once there is room', () => {
      const walked = new Walked([9, 5], { 9: [1, 2, 3], 1: [3] }, { maxCandidates: 3, k: 2 });
      walked.ask();
      walked.answer(9);
      walked.ask();
      walked.fail(5);
      walked.fail(1);
      expect(walked.ask()).to.deep.equal([2, 3]);
    });

    it('counts the answer of one that was forgotten while it was asked', () => {
      const walked = new Walked([8, 9], { 8: [1, 2] }, { maxCandidates: 2 });
      walked.ask();
      walked.answer(8);
      expect(walked.answer(9)).to.deep.equal([true]);
      expect(walked.lookup.answers).to.equal(2);
      expect(walked.closest).to.deep.equal([]);
    });
  });

  context('when it is told what was never asked', () => {
    it('changes nothing', () => {
      const walked = new Walked([1, 2, 3], { 3: [0] });
      const move = walked.lookup.next(0);
      if (move.type !== 'ask') return expect.fail('nobody to ask');
      expect(walked.lookup.answered(move.peer, walked.network.all(0))).to.equal(false);
      expect(walked.lookup.failed(move.peer)).to.equal(false);
      walked.lookup.asked(move.peer, 0, 10);
      walked.lookup.asked(move.peer, 5, 20);
      expect([walked.lookup.requests, move.peer.lateAt]).to.deep.equal([1, 10]);
    });
  });

  context('when peers are of two kinds', () => {
    // Odd ones speak one transport, even ones another, those above 100 both, those above 200 none of ours.
    const kindsOf = (distance: number) => {
      if (distance > 200) return [];
      return distance > 100 ? ['odd', 'even'] : [distance % 2 === 0 ? 'even' : 'odd'];
    };
    const walkedOf = (start: readonly number[], knows: Topology = {}) =>
      new Walked(start, knows, { k: 2, alpha: 20, kindsOf });

    it('asks the k closest of each, though all of one kind are closer', () => {
      const walked = walkedOf([1, 3, 5, 7, 10, 12, 14]);
      expect(walked.ask()).to.deep.equal([1, 3, 10, 12]);
      walked.answer(1, 3, 10);
      expect(walked.move).to.include({ type: 'wait' });
      walked.answer(12);
      expect(walked.move).to.deep.equal({ type: 'end', reason: 'closest' });
    });

    it('goes on with the one when it has done with the other', () => {
      const walked = walkedOf([1, 3, 10, 12], { 10: [8], 8: [6] });
      expect(walked.ask()).to.deep.equal([1, 3, 10, 12]);
      walked.answer(1, 3, 10);
      expect(walked.ask()).to.deep.equal([8]);
      walked.answer(8);
      expect(walked.ask()).to.deep.equal([6]);
    });

    it('counts who speaks both for both', () => {
      expect(walkedOf([1, 10, 101, 12, 3]).ask()).to.deep.equal([1, 3, 10, 12]);
      expect(walkedOf([99, 101, 102, 100]).ask()).to.deep.equal([99, 100, 101]);
    });

    it('puts another in the place of one that failed', () => {
      const walked = walkedOf([1, 3, 5, 10, 12, 14]);
      walked.ask();
      walked.fail(10);
      expect(walked.ask()).to.deep.equal([14]);
    });

    it('asks nobody who speaks none of ours', () => {
      const walked = walkedOf([201, 202]);
      expect(walked.ask()).to.deep.equal([]);
      expect(walked.move).to.deep.equal({ type: 'end', reason: 'nobody' });
    });
  });
});
