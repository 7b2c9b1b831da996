import { expect } from 'chai';
import { DisjointLookup } from '../../src/lookup/disjoint-lookup.js';
import type { LookupOptions } from '../../src/lookup/lookup.js';
import type { LookupPeer } from '../../src/lookup/lookup-peer.js';
import { keyOfName } from '../support/ids.js';
import { type Topology, topology } from '../support/topology.js';

const target = keyOfName('target');

class Walked {
  readonly lookup: DisjointLookup;
  readonly network;
  readonly peers = new Map<number, LookupPeer>();
  readonly asked: number[] = [];
  now = 0;

  constructor(
    paths: number,
    start: readonly number[],
    knows: Topology,
    options: Partial<LookupOptions> = {},
  ) {
    this.network = topology(target, knows);
    this.lookup = new DisjointLookup(target, paths, {
      k: 2,
      alpha: 3,
      maxRequests: 128,
      maxCandidates: 256,
      ...options,
    });
    this.lookup.hear(this.network.all(...start));
  }

  ask(): number[] {
    const asked: number[] = [];
    for (let move = this.lookup.next(this.now); move.type === 'ask'; move = this.lookup.next(this.now)) {
      this.lookup.asked(move.peer, this.now, this.now + 100);
      const distance = this.network.distanceOf(move.peer.contact);
      this.peers.set(distance, move.peer);
      asked.push(distance);
    }
    this.asked.push(...asked);
    return asked;
  }

  answer(...distances: readonly number[]): void {
    for (const distance of distances) {
      const peer = this.peers.get(distance) as LookupPeer;
      this.lookup.answered(peer, this.network.namedBy(peer.contact));
    }
  }

  /** Answers whoever is asked until the lookup ends. */
  finish(): unknown {
    for (;;) {
      const asked = this.ask();
      if (asked.length === 0) return this.lookup.next(this.now);
      this.answer(...asked);
    }
  }

  get closest(): number[] {
    return this.lookup.closest.map(({ contact }) => this.network.distanceOf(contact));
  }
}

describe('DisjointLookup', () => {
  context('when it begins', () => {
    it('deals whom we know to its paths, and asks one node on each', () => {
      const walked = new Walked(3, [1, 2, 3, 4], {});
      expect(walked.ask()).to.deep.equal([1, 2, 3]);
      expect(walked.lookup.next(0)).to.deep.equal({ type: 'wait', until: 100 });
    });

    it('ends with nobody when nobody is known', () => {
      expect(new Walked(2, [], {}).lookup.next(0)).to.deep.equal({ type: 'end', reason: 'nobody' });
    });
  });

  context('when two paths are told of the same node', () => {
    const knows = { 8: [1, 2], 9: [1, 2] };

    it('asks it on one of them only', () => {
      const walked = new Walked(2, [8, 9], knows);
      expect(walked.finish()).to.deep.equal({ type: 'end', reason: 'closest' });
      expect(walked.asked).to.have.members([8, 9, 1, 2]);
      expect([walked.lookup.requests, walked.lookup.answers]).to.deep.equal([4, 4]);
    });

    it('has it once among the closest', () => {
      const walked = new Walked(2, [8, 9], knows);
      walked.finish();
      expect(walked.closest).to.deep.equal([1, 2]);
    });
  });

  context('when a path is told lies only', () => {
    it('is not led astray on the others', () => {
      // 9 names its accomplices, which answer and name nobody; 8 knows the way to 1.
      const walked = new Walked(2, [8, 9], { 8: [5], 9: [20, 21, 22], 5: [1] });
      walked.finish();
      expect(walked.closest[0]).to.equal(1);
    });
  });

  context('when a node fails', () => {
    it('goes on with the next of its path', () => {
      const walked = new Walked(2, [1, 2, 3, 4], {});
      walked.ask();
      expect(walked.lookup.failed(walked.peers.get(1) as LookupPeer)).to.equal(true);
      expect(walked.ask()).to.deep.equal([3]);
      expect(walked.lookup.failed(walked.peers.get(1) as LookupPeer)).to.equal(false);
    });
  });

  context('when a node is late', () => {
    it('says until when to wait for the first of all paths', () => {
      const walked = new Walked(2, [1, 2], {});
      walked.ask();
      walked.answer(2);
      expect(walked.lookup.next(0)).to.deep.equal({ type: 'wait', until: 100 });
    });
  });

  context('when the requests of all paths together are spent', () => {
    it('ends with requests', () => {
      const walked = new Walked(2, [1, 2, 3, 4, 5, 6], {}, { k: 3, maxRequests: 3 });
      expect(walked.finish()).to.deep.equal({ type: 'end', reason: 'requests' });
      expect(walked.lookup.requests).to.equal(3);
    });
  });
});
