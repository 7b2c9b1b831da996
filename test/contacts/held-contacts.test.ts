import { expect } from 'chai';
import { HeldContacts } from '../../src/contacts/held-contacts.js';
import { compareDistance } from '../../src/id/distance.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { contactOf, contactOfLength, encodedNodeOf, encodedOf } from '../support/contacts.js';
import { idOf, keyOfName } from '../support/ids.js';

const own = keyOfName('own');

class Holder {
  now = 0;
  readonly held = new HeldContacts(own, () => this.now);

  /** As a merging arbiter decides: items of both. */
  merge(contact: EncodedContact): void {
    const before = this.held.get(contact.id)?.contact;
    const items = [before, contact].flatMap((each) => (each?.contact.data as string[] | undefined) ?? []);
    const union = [...new Set(items)].sort();
    const sameAs = (each: EncodedContact) => String(each.contact.data) === String(union);
    const standing =
      before !== undefined && sameAs(before)
        ? before
        : sameAs(contact)
          ? contact
          : encodedOf('set', { data: union });
    this.held.announce(before, contact, standing);
  }

  /** Nothing else is there, or `standing` wins over it. */
  announce(contact: EncodedContact, standing = contact): void {
    this.held.announce(this.held.get(contact.id)?.contact, contact, standing);
  }

  dataOf(name: string): unknown {
    return this.held.get(idOf(name))?.contact.contact.data;
  }
}

/** What host `name` announces of the set. */
const partOf = (name: string, ...items: readonly string[]) =>
  EncodedContact.from({ ...encodedNodeOf(name).contact, id: idOf('set'), data: items });

const HOUR = limits.registrationMs;
const contact = encodedOf('a', { data: 1 });

describe('HeldContacts', () => {
  it('keeps what was announced for an hour', () => {
    const holder = new Holder();
    holder.announce(contact);
    holder.now = HOUR - 1;
    expect(holder.held.get(contact.id)).to.deep.equal({ contact, ttlMs: 1 });
    holder.now = HOUR;
    expect(holder.held.get(contact.id)).to.equal(undefined);
  });

  it('keeps it for another hour from each announce on', () => {
    const holder = new Holder();
    holder.announce(contact);
    holder.now = HOUR / 3;
    holder.announce(encodedOf('a', { data: 1 }), contact);
    expect(holder.held.get(contact.id)?.ttlMs).to.equal(HOUR);
    expect(holder.held.size).to.equal(1);
  });

  it('is not renewed by an announce that lost', () => {
    const holder = new Holder();
    holder.announce(contact);
    holder.now = HOUR / 2;
    holder.announce(encodedOf('a', { data: 0 }), contact);
    expect(holder.held.get(contact.id)?.ttlMs).to.equal(HOUR / 2);
  });

  it('does not hold a winner that it only knew from elsewhere', () => {
    const holder = new Holder();
    const cached = encodedOf('a', { data: 2 });
    holder.held.announce(cached, contact, cached);
    expect(holder.held.get(contact.id)).to.equal(undefined);
  });

  it('changes what it holds and leaves its time as it is', () => {
    const holder = new Holder();
    holder.announce(contact);
    holder.now = HOUR / 2;
    holder.held.replace(encodedOf('a', { data: 2 }));
    expect(holder.dataOf('a')).to.equal(2);
    expect(holder.held.get(contact.id)?.ttlMs).to.equal(HOUR / 2);
    holder.held.replace(encodedOf('b'));
    expect(holder.held.size).to.equal(1);
  });

  context('when it holds what several hosts share', () => {
    it('is kept alive by each of them', () => {
      const holder = new Holder();
      for (const name of ['a', 'b', 'c']) holder.merge(partOf(name, name));
      expect(holder.dataOf('set')).to.deep.equal(['a', 'b', 'c']);
      for (let third = 0; third < 6; third++) {
        holder.now += HOUR / 3;
        holder.merge(partOf('b', 'b'));
      }
      expect(holder.dataOf('set')).to.deep.equal(['a', 'b', 'c']);
    });

    it('is kept alive by the others when one of them announces all of it', () => {
      const holder = new Holder();
      for (const name of ['a', 'b']) holder.merge(partOf(name, name));
      holder.merge(partOf('a', 'a', 'b'));
      for (let third = 0; third < 6; third++) {
        holder.now += HOUR / 3;
        holder.merge(partOf('b', 'b'));
      }
      expect(holder.dataOf('set')).to.deep.equal(['a', 'b']);
    });

    it('expires when none of them announces any more', () => {
      const holder = new Holder();
      for (const name of ['a', 'b']) holder.merge(partOf(name, name));
      holder.now = HOUR;
      expect(holder.held.get(idOf('set'))).to.equal(undefined);
      holder.merge(partOf('b', 'b'));
      expect(holder.dataOf('set')).to.deep.equal(['b']);
    });

    it('remembers no more than 64 of them', () => {
      const holder = new Holder();
      for (let i = 0; i < 70; i++) holder.merge(partOf(`host-${i}`, `item-${i}`));
      holder.now = HOUR / 2;
      holder.merge(partOf('host-0', 'item-0'));
      expect(holder.held.get(idOf('set'))?.ttlMs).to.equal(HOUR / 2);
      holder.merge(partOf('host-69', 'item-69'));
      expect(holder.held.get(idOf('set'))?.ttlMs).to.equal(HOUR);
    });
  });

  context('when a contact was withdrawn', () => {
    it('forgets it, and remembers that for an hour', () => {
      const holder = new Holder();
      holder.announce(contact);
      holder.held.bury(contact);
      expect(holder.held.get(contact.id)).to.equal(undefined);
      holder.now = HOUR - 1;
      expect(holder.held.tombstone(contact.id)).to.equal(contact);
      holder.now = HOUR;
      expect(holder.held.tombstone(contact.id)).to.equal(undefined);
      expect(holder.held.tombstones).to.equal(0);
    });

    it('forgets that when another is announced', () => {
      const holder = new Holder();
      holder.held.bury(contact);
      holder.announce(encodedOf('a', { data: 2 }));
      expect(holder.held.tombstone(contact.id)).to.equal(undefined);
    });

    it('remembers ten thousand, the last ones', () => {
      const { held } = new Holder();
      for (let i = 0; i <= limits.tombstones; i++) held.bury(encodedOf(`n${i}`));
      expect(held.tombstones).to.equal(limits.tombstones);
      expect(held.tombstone(idOf('n0'))).to.equal(undefined);
      expect(held.tombstone(idOf('n1'))).not.to.equal(undefined);
    });
  });

  context('when it holds as much as it may', () => {
    it('counts the bytes, and 200 for each entry', () => {
      const holder = new Holder();
      expect(holder.held.bytes).to.equal(0);
      holder.announce(contact);
      expect(holder.held.bytes).to.equal(contact.bytes.length + limits.heldEntryOverheadBytes);
      const longer = encodedOf('a', { data: 'longer' });
      holder.held.replace(longer);
      expect(holder.held.bytes).to.equal(longer.bytes.length + limits.heldEntryOverheadBytes);
      holder.announce(contact);
      holder.held.delete(contact.id);
      holder.held.delete(contact.id);
      expect([holder.held.bytes, holder.held.size]).to.deep.equal([0, 0]);
    });

    it('gives up the furthest keys first', () => {
      const holder = new Holder();
      const { length } = EncodedContact.from(contactOfLength(limits.contactBytes)).bytes;
      const most = Math.floor(limits.heldBytes / (length + limits.heldEntryOverheadBytes));
      const all = Array.from({ length: most + 1 }, (_, i) =>
        EncodedContact.from(contactOfLength(limits.contactBytes, `n${i}`)),
      );
      for (const each of all) holder.announce(each);
      expect(holder.held.bytes).to.be.at.most(limits.heldBytes);
      const closestFirst = [...all].sort((a, b) => compareDistance(own, a.key, b.key));
      const kept = closestFirst.map(({ id }) => holder.held.get(id) !== undefined);
      expect(kept.lastIndexOf(true) + 1).to.equal(holder.held.size);
      expect(holder.held.size).to.be.within(0.94 * most, most);
    });

    it('gives up what has expired before anything else', () => {
      const holder = new Holder();
      holder.announce(contact);
      holder.now = HOUR;
      holder.announce(EncodedContact.from(contactOf('b')));
      expect(holder.held.size).to.equal(1);
    });
  });
});
