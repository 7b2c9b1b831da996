import { expect } from 'chai';
import { gSet } from '../../arbiters/g-set.js';
import { vectorClock } from '../../arbiters/vector-clock.js';
import { type ArbiterFault, Arbitration } from '../../src/contacts/arbitrate.js';
import { type Conflict, Contacts, type Displacement, type Observation } from '../../src/contacts/observe.js';
import type { ArbiterFunction } from '../../src/contracts/arbiter.js';
import { Refusal } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import type { Reach } from '../../src/routing/reach.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedNodeOf, encodedOf } from '../support/contacts.js';
import { expectRefusal } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const HOUR = limits.registrationMs;
// Not 0, which lru-cache takes for no time at all.
const START = 1_000_000;
const own = encodedNodeOf('own');
const host = encodedNodeOf('host');
const id = idOf('thing');

/** A contact of `thing` with this clock, hosted at the node `at`. */
const version = (clock: number, at = host, fields: Record<string, unknown> = {}) =>
  EncodedContact.from({ id, transport: at.contact.transport, vectorClock: clock, ...fields });

/** A part of the set `thing`, hosted at the node `at`. */
const part = (at: EncodedContact, ...workers: readonly string[]) =>
  version(0, at, { data: { workers: Object.fromEntries(workers.map((name) => [name, 1])) } });

class Node {
  now = START;
  isTooFar = false;
  /** What was asked whether it is too far: for whom. */
  readonly reaches: (Reach | undefined)[] = [];
  readonly conflicts: Conflict[] = [];
  readonly displaced: Displacement[] = [];
  readonly claimsRefused: string[] = [];
  readonly faults: ArbiterFault[] = [];
  readonly contacts: Contacts;

  constructor(arbiter: ArbiterFunction = vectorClock().arbiter) {
    const now = () => this.now;
    this.contacts = new Contacts(own.key, {
      own: () => own,
      now,
      arbitration: new Arbitration(arbiter, now, (fault) => this.faults.push(fault)),
      isTooFarToHold: (_key, reach) => {
        this.reaches.push(reach);
        return this.isTooFar;
      },
      onConflict: (conflict) => this.conflicts.push(conflict),
      onDisplaced: (displacement) => this.displaced.push(displacement),
      onEquivocation: () => {},
      onClaimRefused: (claimed) => this.claimsRefused.push(claimed),
    });
  }

  observe(contact: EncodedContact, how: Observation) {
    const observed = this.contacts.observe(contact, how);
    if (observed instanceof Refusal) throw new Error(`${observed.code}: ${observed.detail}`);
    return observed;
  }

  announce(contact: EncodedContact, from = host) {
    return this.observe(contact, { type: 'announced', from });
  }

  register(contact: EncodedContact) {
    return this.observe(contact, { type: 'registered' });
  }

  get known(): EncodedContact | undefined {
    return this.contacts.known(id);
  }

  get workers(): string[] {
    const { workers = {} } = (this.known?.contact.data ?? {}) as { workers?: object };
    return Object.keys(workers).sort();
  }
}

describe('Contacts', () => {
  context('when an older contact is announced than the one in the cache', () => {
    it('keeps the newer, however often it is announced, and calls nothing withdrawn', () => {
      const node = new Node();
      const newer = version(2, encodedNodeOf('elsewhere'));
      node.observe(newer, { type: 'found', ttlMs: HOUR });
      for (let i = 0; i < 2; i++) {
        expect(node.announce(version(1)).before).to.equal(undefined);
        expect(node.contacts.known(id)?.contact).to.deep.equal(newer.contact);
        expect(node.contacts.exact(id)).to.equal(undefined);
      }
    });
  });

  context('when a host announces what it hosts', () => {
    it('holds it for an hour', () => {
      const node = new Node();
      expect(node.announce(version(1))).to.deep.equal({ standing: version(1) });
      expect(node.contacts.exact(id)).to.deep.equal({ contact: version(1), ttlMs: HOUR });
    });

    it('asks whether others should hold it, of those that the host can dial', () => {
      const node = new Node();
      const reach = new Set(['ws']);
      node.observe(version(1), { type: 'announced', from: host, reach });
      expect(node.reaches).to.deep.equal([reach]);
    });

    it('refuses what is hosted elsewhere', () => {
      const node = new Node();
      const foreign = version(1, encodedNodeOf('elsewhere'));
      expectRefusal(node.contacts.observe(foreign, { type: 'announced', from: host }), 'FOREIGN_TRANSPORT');
      expectRefusal(node.contacts.observe(foreign, { type: 'withdrawn', from: host }), 'FOREIGN_TRANSPORT');
      expectRefusal(
        node.contacts.observe(foreign, { type: 'announced', from: encodedOf('dial-only') }),
        'FOREIGN_TRANSPORT',
      );
      expect(node.known).to.equal(undefined);
    });

    it('takes what has no address at all, from anybody', () => {
      const node = new Node();
      node.announce(encodedOf('thing'), encodedOf('dial-only'));
      expect(node.known?.contact).to.deep.equal({ id });
    });

    context('that is reached through relays', () => {
      const relay = { type: 'memory', host: 'relay', port: 1, via: idOf('relay') };
      const at = (...transport: readonly object[]) => EncodedContact.from({ id, transport });
      const outcome = (contact: EncodedContact, from: EncodedContact) => {
        const node = new Node();
        const observed = node.contacts.observe(contact, { type: 'announced', from });
        return observed instanceof Refusal ? observed.code : node.known?.contact.transport;
      };

      it('takes it from a node that nobody can dial, whoever the relays are', () => {
        expect(outcome(at(relay), encodedOf('dial-only'))).to.deep.equal([relay]);
        const node = new Node();
        node.announce(at(relay), encodedOf('dial-only'));
        const withdrawn = node.contacts.observe(at(relay), {
          type: 'withdrawn',
          from: encodedOf('dial-only'),
        });
        expect([withdrawn, node.known]).to.deep.equal([{}, undefined]);
      });

      it('takes it from one of these relays, and from no other node that can be dialled', () => {
        const other = { ...relay, host: 'other', via: idOf('other') };
        for (const from of ['relay', 'other'])
          expect(outcome(at(relay, other), encodedNodeOf(from))).to.deep.equal([relay, other]);
        expect(outcome(at(relay), encodedNodeOf('other'))).to.equal('FOREIGN_TRANSPORT');
        expect(outcome(at(relay), host)).to.equal('FOREIGN_TRANSPORT');
        const node = new Node();
        node.announce(at(relay), encodedOf('dial-only'));
        const how = { type: 'withdrawn', from: encodedNodeOf('relay') } as const;
        expect([node.contacts.observe(at(relay), how), node.known]).to.deep.equal([{}, undefined]);
      });

      it('refuses it from a relay where another address is no relay’s', () => {
        const direct = { type: 'memory', host: 'elsewhere', port: 1 };
        for (const from of [encodedNodeOf('relay'), encodedNodeOf('elsewhere')])
          expect(outcome(at(relay, direct), from)).to.equal('FOREIGN_TRANSPORT');
      });

      it('refuses it where one address is of the host itself, or there is none at all', () => {
        const direct = { type: 'memory', host: 'elsewhere', port: 1 };
        for (const contact of [at(relay, direct), at(direct), at()])
          expect(outcome(contact, encodedOf('dial-only'))).to.equal('FOREIGN_TRANSPORT');
      });
    });

    it('knows an address again whatever the order of its keys', () => {
      const node = new Node();
      const from = EncodedContact.from({ id: idOf('h'), transport: { port: 1, host: 'x', type: 'memory' } });
      const contact = EncodedContact.from({ id, transport: { type: 'memory', host: 'x', port: 1 } });
      node.announce(contact, from);
      expect(node.known).to.equal(contact);
    });

    it('refuses what does not parse', () => {
      const broken = EncodedContact.ofBytes(Uint8Array.of(1, 0x61, 0x7b));
      expectRefusal(new Node().contacts.observe(broken, { type: 'announced', from: host }), 'BAD_JSON');
    });

    it('does not hold what is too far from its own key', () => {
      const node = new Node();
      node.isTooFar = true;
      expect(node.announce(version(1))).to.deep.equal({});
      expect(node.known).to.equal(undefined);
    });

    it('keeps a copy of its own no older than that, all the same', () => {
      const node = new Node();
      node.observe(version(1), { type: 'found', ttlMs: 60_000 });
      node.isTooFar = true;
      node.announce(version(2));
      expect(node.known?.equals(version(2))).to.equal(true);
      expect(node.contacts.cache.ttlMs(id)).to.equal(60_000);
      expect(node.contacts.held.size).to.equal(0);
    });

    it('holds it instead of what a find had brought', () => {
      const node = new Node();
      node.observe(version(1), { type: 'found', ttlMs: 60_000 });
      node.announce(version(2));
      expect([node.contacts.cache.size, node.contacts.held.size]).to.deep.equal([0, 1]);
    });
  });

  context('when two announced contacts meet', () => {
    it('lets the newer one stand, and says what stood before', () => {
      const node = new Node();
      node.announce(version(1));
      const observed = node.announce(version(2, encodedNodeOf('new')), encodedNodeOf('new'));
      expect(observed.before?.equals(version(1))).to.equal(true);
      expect(node.known?.contact).to.include({ vectorClock: 2 });
      expect(node.conflicts).to.deep.equal([]);
    });

    it('keeps the newer one against the older, which is a conflict', () => {
      const node = new Node();
      node.announce(version(2));
      const observed = node.announce(version(1, encodedNodeOf('late')), encodedNodeOf('late'));
      expect(observed.standing?.equals(version(2))).to.equal(true);
      expect(node.conflicts).to.have.length(1);
      expect(node.conflicts[0]).to.deep.include({
        incumbent: version(2).contact,
        candidate: version(1, encodedNodeOf('late')).contact,
        standing: version(2).contact,
      });
    });

    it('stores what the arbiter made of both, and not the candidate (merge-lost)', () => {
      const node = new Node(gSet({ path: 'workers' }).arbiter);
      const [a, b] = [encodedNodeOf('a'), encodedNodeOf('b')];
      node.announce(part(a, 'w1'), a);
      node.announce(part(b, 'w2'), b);
      expect(node.workers).to.deep.equal(['w1', 'w2']);
    });

    it('keeps what it has when the arbiter is at fault, and tells of it (arbiter-throws)', () => {
      const node = new Node((incumbent, candidate) => {
        if (incumbent !== undefined) throw new Error('broken');
        return candidate;
      });
      node.announce(version(1));
      node.announce(version(2));
      expect(node.known?.contact).to.include({ vectorClock: 1 });
      expect(node.faults.map(({ code }) => code)).to.deep.equal(['ARBITER_THREW']);
    });
  });

  context('when a contact is about this node itself', () => {
    for (const how of [
      { type: 'announced', from: own },
      { type: 'found', ttlMs: HOUR },
      { type: 'withdrawn', from: own },
      { type: 'registered' },
      { type: 'unregistered' },
    ] as const) {
      it(`is not changed by what is ${how.type} (steal-own-id)`, () => {
        const node = new Node();
        const claim = encodedNodeOf('own', { vectorClock: Number.MAX_SAFE_INTEGER, data: 'mine' });
        expect(node.observe(claim, how).standing).to.equal(own);
        expect(node.contacts.hosted(own.id)).to.equal(own);
        expect(node.conflicts).to.have.length(1);
        expect(node.contacts.known(own.id)).to.equal(own);
      });
    }

    it('is no conflict when it says the same', () => {
      const node = new Node();
      expect(node.announce(encodedNodeOf('own'), own)).to.deep.equal({ standing: own });
      expect(node.conflicts).to.deep.equal([]);
    });
  });

  context('when an entity is registered here', () => {
    it('hosts it', () => {
      const node = new Node();
      expect(node.register(version(1, own)).standing).to.deep.equal(version(1, own));
      expect(node.contacts.hosted(id)?.equals(version(1, own))).to.equal(true);
      expect(node.contacts.exact(id)?.ttlMs).to.equal(HOUR);
    });

    it('is not replaced by an older version that is registered after it', () => {
      const node = new Node();
      node.register(version(2, own));
      expect(node.register(version(1, own)).standing?.contact).to.include({ vectorClock: 2 });
    });

    it('gives way to a newer one that is announced, and tells of it', () => {
      const node = new Node();
      node.register(version(1, own));
      node.announce(version(2));
      expect(node.contacts.hosted(id)?.equals(version(2))).to.equal(true);
      expect(node.displaced).to.deep.equal([{ own: version(1, own).contact, standing: version(2).contact }]);
      expect(node.contacts.held.size).to.equal(0);
    });

    it('stands again when nobody has spoken of the newer one for an hour', () => {
      const node = new Node();
      node.register(version(1, own));
      node.announce(version(2));
      node.now = START + HOUR;
      expect(node.contacts.hosted(id)?.equals(version(1, own))).to.equal(true);
    });

    it('does not stand again as long as the newer one is announced', () => {
      const node = new Node();
      node.register(version(1, own));
      for (let i = 0; i < 9; i++) {
        node.announce(version(2));
        node.now += HOUR / 3;
        expect(node.known?.equals(version(2))).to.equal(true);
      }
      expect(node.displaced).to.have.length(1);
    });

    it('vouches for the newer one no longer than was vouched for it', () => {
      const node = new Node();
      node.register(version(1, own));
      node.observe(version(2), { type: 'stood', ttlMs: 90_000 });
      expect(node.contacts.exact(id)?.ttlMs).to.equal(90_000);
      node.now = START + 60_000;
      node.observe(version(2), { type: 'stood', ttlMs: 30_000 });
      expect(node.contacts.exact(id)?.ttlMs).to.equal(30_000);
    });

    it('refuses an older claim, and has its own announced again', () => {
      const node = new Node();
      node.register(version(2, own));
      node.announce(version(1));
      expect(node.contacts.hosted(id)?.equals(version(2, own))).to.equal(true);
      expect(node.claimsRefused).to.deep.equal([id]);
      expect(node.conflicts).to.have.length(1);
    });

    it('is silent about an echo of its own', () => {
      const node = new Node();
      node.register(version(2, own));
      node.observe(version(2, own), { type: 'found', ttlMs: HOUR });
      expect([node.claimsRefused, node.conflicts]).to.deep.equal([[], []]);
    });

    it('is no conflict that a holder had an older one', () => {
      const node = new Node();
      node.register(version(2, own));
      expect(
        node.observe(version(1), { type: 'stood', ttlMs: HOUR }).standing?.equals(version(2, own)),
      ).to.equal(true);
      expect([node.conflicts, node.claimsRefused]).to.deep.equal([[], []]);
    });

    it('is not changed by a withdrawal of others, but for one that it had given way to', () => {
      const node = new Node();
      node.register(version(1, own));
      node.observe(version(3), { type: 'withdrawn', from: host });
      expect(node.contacts.hosted(id)?.equals(version(1, own))).to.equal(true);
      node.announce(version(2));
      node.observe(version(2), { type: 'withdrawn', from: host });
      expect(node.contacts.hosted(id)?.equals(version(1, own))).to.equal(true);
    });

    it('follows what was known before, held or found', () => {
      const node = new Node();
      node.announce(version(5));
      expect(node.register(version(1, own)).standing?.equals(version(5))).to.equal(true);
      expect([node.contacts.held.size, node.contacts.cache.size]).to.deep.equal([0, 0]);
    });
  });

  context('when a set is registered here and elsewhere', () => {
    const [a, b] = [encodedNodeOf('a'), encodedNodeOf('b')];
    const setUp = () => {
      const node = new Node(gSet({ path: 'workers' }).arbiter);
      node.register(part(own, 'mine'));
      node.announce(part(a, 'a'), a);
      node.announce(part(b, 'b'), b);
      return node;
    };

    it('gives the union to whoever asks, and keeps its own part to announce', () => {
      const node = setUp();
      expect(node.workers).to.deep.equal(['a', 'b', 'mine']);
      expect(node.contacts.registrations.own(id)?.equals(part(own, 'mine'))).to.equal(true);
    });

    it('keeps the union as long as one of the others announces its part', () => {
      const node = setUp();
      for (let i = 0; i < 9; i++) {
        node.now += HOUR / 3;
        node.announce(part(b, 'b'), b);
        expect(node.workers).to.deep.equal(['a', 'b', 'mine']);
      }
    });

    it('does not take their parts for claims that it refused', () => {
      const node = setUp();
      node.announce(part(a, 'a'), a);
      expect(node.claimsRefused).to.deep.equal([]);
    });

    it('has its own part alone when nobody has announced another for an hour', () => {
      const node = setUp();
      node.now = START + HOUR;
      expect(node.workers).to.deep.equal(['mine']);
    });
  });

  context('when an entity is unregistered', () => {
    it('forgets it, and remembers that it was withdrawn', () => {
      const node = new Node();
      node.register(version(1, own));
      expect(node.observe(version(1, own), { type: 'unregistered' })).to.deep.equal({});
      expect(node.known).to.equal(undefined);
      expect(node.contacts.held.tombstone(id)).not.to.equal(undefined);
    });

    it('changes nothing when the arbiter keeps what stands', () => {
      const node = new Node();
      node.register(version(5, own));
      expect(node.observe(version(4, own), { type: 'unregistered' }).standing).not.to.equal(undefined);
      expect(node.contacts.registrations.has(id)).to.equal(true);
    });

    it('takes what is not known for gone', () => {
      expect(new Node().observe(version(1, own), { type: 'unregistered' })).to.deep.equal({});
    });

    it('can be registered anew, by the same contact', () => {
      const node = new Node();
      node.register(version(1, own));
      node.observe(version(1, own), { type: 'unregistered' });
      node.register(version(1, own));
      expect(node.contacts.hosted(id)?.equals(version(1, own))).to.equal(true);
      expect(node.contacts.held.tombstones).to.equal(0);
    });

    it('leaves what stands elsewhere when it is only released', () => {
      const node = new Node();
      node.register(version(1, own));
      node.announce(version(2));
      node.observe(version(1, own), { type: 'released' });
      expect([node.contacts.registrations.size, node.contacts.held.tombstones]).to.deep.equal([0, 0]);
    });
  });

  context('when a contact was withdrawn', () => {
    const withdrawn = () => {
      const node = new Node();
      node.announce(version(2));
      node.observe(version(2), { type: 'withdrawn', from: host });
      return node;
    };

    it('is not known any more', () => {
      expect(withdrawn().known).to.equal(undefined);
    });

    for (const [what, clock] of [
      ['same', 2],
      ['older', 1],
    ] as const) {
      it(`is not brought back by a late announce of the ${what} one, which is told of it`, () => {
        const node = withdrawn();
        const observed = node.announce(version(clock));
        expect(observed.standing).to.equal(undefined);
        expect(observed.before?.equals(version(2))).to.equal(true);
        expect(node.known).to.equal(undefined);
      });
    }

    it('is brought back by a newer one', () => {
      const node = withdrawn();
      node.announce(version(3));
      expect(node.known?.equals(version(3))).to.equal(true);
    });

    it('is brought back by the same one after the hour that it could have lived', () => {
      const node = withdrawn();
      node.now = START + HOUR;
      node.announce(version(2));
      expect(node.known).not.to.equal(undefined);
    });

    it('leaves a newer one that stands', () => {
      const node = new Node();
      node.announce(version(3));
      node.observe(version(2), { type: 'withdrawn', from: host });
      expect(node.known?.equals(version(3))).to.equal(true);
    });

    it('is in the way of our own that is older', () => {
      const node = new Node();
      node.register(version(1, own));
      expect(node.contacts.against(version(1, own))).to.equal(undefined);
      node.observe(version(2), { type: 'buried' });
      expect(node.contacts.against(version(1, own))?.equals(version(2))).to.equal(true);
      expect(node.contacts.against(version(3, own))?.contact).to.include({ vectorClock: 1 });
    });
  });

  context('when a find brings a contact', () => {
    it('caches it for as long as its holder keeps it', () => {
      const node = new Node();
      node.observe(version(1), { type: 'found', ttlMs: 30_000 });
      expect(node.known?.equals(version(1))).to.equal(true);
      expect(node.contacts.exact(id)).to.equal(undefined);
      node.now = START + 30_001;
      expect(node.known).to.equal(undefined);
    });

    it('keeps the newer one that was cached', () => {
      const node = new Node();
      node.observe(version(2), { type: 'found', ttlMs: 30_000 });
      expect(
        node.observe(version(1), { type: 'found', ttlMs: 30_000 }).standing?.equals(version(2)),
      ).to.equal(true);
    });

    it('changes what is held, and not for how long', () => {
      const node = new Node();
      node.announce(version(1));
      node.now = START + HOUR / 2;
      node.observe(version(2), { type: 'found', ttlMs: HOUR });
      expect(node.contacts.exact(id)?.contact.equals(version(2))).to.equal(true);
      expect(node.contacts.exact(id)?.ttlMs).to.equal(HOUR / 2);
    });
  });

  it('hosts alone only what nobody else has a say in', () => {
    const node = new Node();
    node.register(version(1, own));
    expect(node.contacts.hostedAlone(id)?.equals(version(1, own))).to.equal(true);
    expect(node.contacts.hostedAlone(own.id)).to.equal(own);
    node.announce(version(2));
    expect(node.contacts.hostedAlone(id)).to.equal(undefined);
  });
});
