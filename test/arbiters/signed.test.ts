import { expect } from 'chai';
import { gSet } from '../../arbiters/g-set.js';
import { lastWriteWins } from '../../arbiters/last-write-wins.js';
import { signed } from '../../arbiters/signed.js';
import type { AdmissionContext, Verdict } from '../../src/contracts/arbiter.js';
import type { Contact } from '../../src/contracts/contact.js';
import type { Refusal } from '../../src/errors.js';
import { contactIdOfBytes } from '../../src/id/contact-id.js';
import { Identity } from '../../src/identity/identity.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { expectRefusal, expectThrowsCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const NOW = 1_700_000_000_000;
const id = idOf('billing');
const transport = { type: 'memory', host: 'owner', port: 1 };
const keyOf = (seed: number) => new Identity(new Uint8Array(32).fill(seed));
const [owner, other] = [keyOf(1), keyOf(2)];

/** What `by` registers, or the withdrawal of `known`. */
function made(
  by: Identity,
  fields: Partial<Contact> = {},
  context: { known?: Contact; now?: number; isWithdrawal?: boolean } = {},
): Contact {
  const { known, now = NOW, isWithdrawal = false } = context;
  const contact = { id, transport, ...fields } as Contact;
  return signed().arbiterDefaults(contact, { now, known, identity: by, isWithdrawal });
}

const withdrawalOf = (known: Contact, by = owner) => made(by, known, { known, isWithdrawal: true });

/** A holder, which is told of contacts by the node with the id `from`. */
class Holder {
  readonly #arbiter = signed();
  known: Contact | undefined;
  now = NOW;

  ask(candidate: Contact, context: Partial<AdmissionContext> = {}): Verdict | Refusal {
    return this.#arbiter.arbiterAdmission(candidate, {
      now: this.now,
      known: this.known,
      isWithdrawal: false,
      isAnnounced: true,
      isFromHost: false,
      from: owner.id,
      ...context,
    });
  }

  /** Takes it, whatever stood before. */
  take(candidate: Contact, context: Partial<AdmissionContext> = {}): void {
    expect(this.ask(candidate, context)).to.include({ isVouched: true });
    this.known = candidate;
  }
}

describe('signed', () => {
  context('as defaults', () => {
    it("fills in the time, the node's public key and a signature, after those of the inner arbiter", () => {
      const contact = made(owner, { data: 1 });
      expect(contact).to.include({ id, data: 1, seq: NOW, vectorClock: 0, transport });
      expect(contact.key).to.equal(Buffer.from(owner.publicKey).toString('base64'));
      expect(Buffer.from(contact.signature as string, 'base64')).to.have.length(64);
    });

    it('follows what is known of the same key, also where the clock is behind', () => {
      const known = made(owner, {}, { now: NOW + 5_000 });
      expect(made(owner, { data: 1 }, { known }).seq).to.equal(NOW + 5_001);
      expect(made(owner, { data: 1 }, { known, now: NOW + 9_000 }).seq).to.equal(NOW + 9_000);
    });

    it('does not follow another key, whose seq is its own', () => {
      const known = made(other, {}, { now: Number.MAX_SAFE_INTEGER });
      expect(made(owner, {}, { known }).seq).to.equal(NOW);
    });

    it('takes whole milliseconds', () => {
      expect(made(owner, {}, { now: NOW + 0.7 }).seq).to.equal(NOW);
    });

    it('has no version after the last', () => {
      const known = made(owner, {}, { now: Number.MAX_SAFE_INTEGER });
      expectThrowsCode(() => made(owner, { data: 1 }, { known }), 'ERR_CLOCK_EXHAUSTED');
    });

    it('makes of a withdrawal the version after the one that it ends, without its data', () => {
      const live = made(owner, { data: 'x'.repeat(2_000) });
      const withdrawn = made(owner, live, { known: live, now: NOW + 60_000, isWithdrawal: true });
      expect(withdrawn).to.include({ id, seq: NOW + 1, withdrawn: true, key: live.key, vectorClock: 0 });
      expect(withdrawn).not.to.have.property('data');
    });

    it('leaves what the node has signed as it is, and signs anew what was changed, or what something newer is known of', () => {
      const live = made(owner, { data: 1 });
      expect(made(owner, live, { now: NOW + 1_000 })).to.deep.equal(live);
      expect(made(owner, live, { known: live, now: NOW + 1_000 })).to.deep.equal(live);
      expect(made(owner, { ...live, data: 2 }, { now: NOW + 1_000 }).seq).to.equal(NOW + 1_000);
      expect(made(owner, live, { known: withdrawalOf(live) }).seq).to.equal(NOW + 2);
    });

    it('makes a live contact of a withdrawal that is registered', () => {
      const live = made(owner);
      const withdrawn = withdrawalOf(live);
      const again = made(owner, withdrawn, { known: withdrawn });
      expect(again).not.to.have.property('withdrawn');
      expect(again.seq).to.equal(NOW + 2);
      expect(new Holder().ask(again)).to.include({ isVouched: true });
    });

    it('signs with the key that it was given, but the own contact of the node with that of the node', () => {
      const { arbiterDefaults } = signed({ identity: other });
      const context = { now: NOW, known: undefined, identity: owner };
      const keyOfContact = (contact: Contact) => arbiterDefaults(contact, context).key;
      expect(keyOfContact({ id })).to.equal(made(other).key);
      expect(keyOfContact({ id: other.id })).to.equal(made(other).key);
      expect(keyOfContact({ id: owner.id })).to.equal(made(owner).key);
    });

    it('needs a key', () => {
      const { arbiterDefaults } = signed();
      const context = { now: NOW, known: undefined, identity: undefined };
      expectThrowsCode(() => arbiterDefaults({ id }, context), 'ERR_KEY_REQUIRED');
    });

    it('refuses an id of 20 bytes that is not that of the key, and says why', () => {
      const name = idOf('a name of 20 letters');
      const fault = expectThrowsCode(() => made(owner, { id: name }), 'ERR_ID_KEY_MISMATCH');
      expect(fault.message).to.contain('20 bytes');
      expectThrowsCode(() => made(owner, { id: other.id }), 'ERR_ID_KEY_MISMATCH');
      expect(made(owner, { id: owner.id }).id).to.equal(owner.id);
    });

    it('refuses what would be too long to be withdrawn', () => {
      const fields = (length: number) => ({ data: 'x'.repeat(500), other: 'y'.repeat(length) });
      let length = 2_000;
      for (; ; length++) {
        try {
          made(owner, fields(length));
        } catch (fault) {
          expect(fault).to.include({ code: 'ERR_CONTACT_TOO_LARGE' });
          break;
        }
      }
      const last = made(owner, fields(length - 1), { now: 9 });
      const withdrawn = EncodedContact.from(withdrawalOf({ ...last, seq: Number.MAX_SAFE_INTEGER - 1 }));
      expect(withdrawn.bytes.length).to.equal(limits.contactBytes);
    });

    it('serves one node: it refuses another, and goes on for the first', () => {
      const { arbiterDefaults } = signed();
      const fill = (node: Identity | undefined) =>
        arbiterDefaults({ id }, { now: NOW, known: undefined, identity: node });
      const first = fill(owner);
      const { message } = expectThrowsCode(() => fill(other), 'ERR_BAD_OPTION');
      expect(message).to.contain('one instance serves one node');
      expect(fill(owner)).to.deep.equal(first);
    });

    it('says what cannot be an inner arbiter or an identity', () => {
      for (const options of [null, 5, 'x', { iner: signed() }])
        expectThrowsCode(() => signed(options as never), 'ERR_BAD_OPTION');
      expectThrowsCode(() => signed({ inner: {} as never }), 'ERR_BAD_OPTION');
      expectThrowsCode(() => signed({ inner: null as never }), 'ERR_BAD_OPTION');
      expectThrowsCode(() => signed({ identity: 'key' as never }), 'ERR_BAD_OPTION');
    });
  });

  context('as admission', () => {
    it('lets in what its owner has signed, from anybody', () => {
      const live = made(owner);
      expect(new Holder().ask(live)).to.deep.equal({ isVouched: true, isEquivocal: false, isEcho: false });
      expect(new Holder().ask(live, { from: other.id })).to.include({ isVouched: true });
      expect(new Holder().ask(live, { from: undefined, isAnnounced: false })).to.include({ isVouched: true });
    });

    const live = made(owner, { data: { a: [1, 2.5], b: 'x' } });
    const { key, signature, seq: _, ...bare } = live;
    const flipped = (text: unknown, at: number) => {
      const bytes = Buffer.from(text as string, 'base64');
      bytes[at] = (bytes[at] as number) ^ 1;
      return bytes.toString('base64');
    };
    const forgeries: Record<string, Contact> = {
      'nothing that signs it': bare as Contact,
      'no signature': { ...bare, seq: NOW, key } as Contact,
      'no key': { ...bare, seq: NOW, signature } as Contact,
      'no seq': { ...bare, key, signature } as Contact,
      'a seq that is text': { ...live, seq: `${NOW}` },
      'a seq below 0': { ...live, seq: -1 },
      'a seq that is not whole': { ...live, seq: NOW + 0.5 },
      'a greater seq': { ...live, seq: NOW + 1 },
      'other data': { ...live, data: { a: [1, 2.5], b: 'y' } },
      'no data': (({ data: _data, ...rest }) => rest as Contact)(live),
      'another clock': { ...live, vectorClock: 9 },
      'another transport': { ...live, transport: { ...transport, port: 2 } },
      'two transports': { ...live, transport: [transport, transport] },
      'a field more': { ...live, more: 1 },
      'another id': { ...live, id: idOf('billinG') },
      'another key': { ...live, key: made(other).key },
      'the signature of another contact': { ...live, signature: made(owner).signature },
      'the signature of another key': { ...live, signature: made(other, { data: live.data }).signature },
      'a bit of the signature changed': { ...live, signature: flipped(signature, 0) },
      'its last bit changed': { ...live, signature: flipped(signature, 63) },
      'a bit of the key changed': { ...live, key: flipped(key, 5) },
      'a signature without its padding': { ...live, signature: (signature as string).replaceAll('=', '') },
      'a signature in another spelling': {
        ...live,
        signature: (signature as string).replace(/.(?===$)/, (last) =>
          String.fromCharCode(last.charCodeAt(0) + 1),
        ),
      },
      'a key with white space': { ...live, key: ` ${(key as string).slice(1)}` },
      'a key that is no text': { ...live, key: 5 },
      'withdrawn false': { ...live, withdrawn: false },
      'withdrawn, though it is not': { ...live, withdrawn: true },
    };
    for (const [what, forged] of Object.entries(forgeries)) {
      it(`keeps out what has ${what}`, () => {
        const isWithdrawal = forged.withdrawn === true;
        expectRefusal(new Holder().ask(forged, { isWithdrawal }), 'BAD_SIGNATURE');
      });
    }

    it('says so of the same forgery again, and of the genuine one that it is none', () => {
      const holder = new Holder();
      const forged = { ...live, data: 1 };
      for (let i = 0; i < 3; i++) expectRefusal(holder.ask(forged), 'BAD_SIGNATURE');
      expect(holder.ask(live)).to.include({ isVouched: true });
    });

    it('does not care how the bytes were written, only what they say', () => {
      const { id: _id, ...fields } = live;
      const json = Buffer.from(` ${JSON.stringify(Object.fromEntries(Object.entries(fields).reverse()))}`);
      const idBytes = Buffer.from(id, 'base64');
      const read = EncodedContact.ofBytes(Buffer.concat([Buffer.of(idBytes.length), idBytes, json])).contact;
      expect(new Holder().ask(read)).to.include({ isVouched: true });
    });

    it('takes no live contact for a withdrawal, and no withdrawal for one that is live', () => {
      expectRefusal(new Holder().ask(live, { isWithdrawal: true }), 'BAD_SIGNATURE');
      expectRefusal(new Holder().ask(withdrawalOf(live)), 'BAD_SIGNATURE');
      expect(new Holder().ask(withdrawalOf(live), { isWithdrawal: true })).to.include({ isVouched: true });
    });

    it('lets an id of 20 bytes to the key that it is made of', () => {
      const own = made(owner, { id: owner.id });
      const { arbiterDefaults } = signed();
      const nameOf24 = contactIdOfBytes(new Uint8Array(24).fill(3));
      expect(new Holder().ask(own)).to.include({ isVouched: true });
      expect(new Holder().ask(made(owner, { id: nameOf24 }))).to.include({ isVouched: true });
      // As somebody would make it who does not keep to it.
      const context = { now: NOW, known: undefined, identity: other };
      const claimed = { ...arbiterDefaults({ id: idOf('other') }, context), id: owner.id };
      expectRefusal(new Holder().ask(claimed), 'ID_KEY_MISMATCH');
    });

    it('leaves a name to the key that has it, while it is held or its withdrawal remembered', () => {
      const holder = new Holder();
      holder.take(live);
      expectRefusal(holder.ask(made(other), { from: other.id }), 'ID_KEY_MISMATCH');
      holder.take(withdrawalOf(live), { isWithdrawal: true });
      expectRefusal(holder.ask(made(other), { from: other.id }), 'ID_KEY_MISMATCH');
      holder.known = undefined;
      expect(holder.ask(made(other), { from: other.id })).to.include({ isVouched: true });
    });

    it('does not let a key that has had the name by a great seq keep its owner out', () => {
      const holder = new Holder();
      holder.take(made(other, {}, { now: Number.MAX_SAFE_INTEGER }), { from: other.id });
      holder.known = undefined;
      expect(holder.ask(live)).to.include({ isVouched: true });
    });

    it('keeps out what is older than it has seen, whether that is still held or not', () => {
      const holder = new Holder();
      const newer = made(owner, { data: 2 }, { known: live });
      holder.take(live);
      holder.take(newer);
      expectRefusal(holder.ask(live), 'STALE_SEQ', `${NOW} < ${NOW + 1}`);
      holder.known = undefined;
      expectRefusal(holder.ask(live), 'STALE_SEQ');
      expectRefusal(holder.ask(live, { isAnnounced: false }), 'STALE_SEQ');
      expect(holder.ask(newer)).to.include({ isVouched: true });
    });

    it('keeps out what is older than what is held, though it has forgotten what it has seen', () => {
      const holder = new Holder();
      holder.known = made(owner, { data: 2 }, { known: live });
      expectRefusal(holder.ask(live), 'STALE_SEQ');
    });

    it('does not bring back for others what has expired, but for its owner, its host, and who was asked', () => {
      const holder = new Holder();
      holder.take(live);
      holder.known = undefined;
      expectRefusal(holder.ask(live, { from: other.id }), 'STALE_SEQ');
      expectRefusal(holder.ask(live, { from: undefined }), 'STALE_SEQ');
      expect(holder.ask(live, { from: other.id, isFromHost: true })).to.include({ isVouched: true });
      expect(holder.ask(live, { from: other.id, isAnnounced: false })).to.include({ isVouched: true });
      expect(holder.ask(live)).to.include({ isVouched: true, isEcho: false });
    });

    it('calls it an echo when somebody else repeats what is held', () => {
      const holder = new Holder();
      holder.take(live);
      expect(holder.ask(live, { from: other.id })).to.include({ isEcho: true });
      expect(holder.ask(live)).to.include({ isEcho: false });
      expect(holder.ask(live, { from: other.id, isFromHost: true })).to.include({ isEcho: false });
      const newer = made(owner, { data: 2 }, { known: live });
      expect(holder.ask(newer, { from: other.id })).to.include({ isEcho: false });
    });

    it('tells of two contacts with one seq, and lets the arbiter choose', () => {
      const holder = new Holder();
      holder.take(live);
      const twin = made(owner, { data: 'another' });
      expect(twin.seq).to.equal(live.seq);
      for (const from of [owner.id, other.id]) {
        expect(holder.ask(twin, { from })).to.deep.equal({
          isVouched: true,
          isEquivocal: true,
          isEcho: false,
        });
      }
      const { arbiter } = signed();
      expect(arbiter(live, twin)).to.equal(arbiter(twin, live));
    });
  });

  context('when there are more signatures than it has time for', () => {
    const forgery = (i: number) => ({ ...made(owner), data: i });

    it('checks no more forgeries of a peer for a while, and its genuine ones neither, but those of others', () => {
      const holder = new Holder();
      const from = other.id;
      const most = limits.forgeriesPerPeerPerSecond;
      for (let i = 0; i < most; i++) expectRefusal(holder.ask(forgery(i), { from }), 'BAD_SIGNATURE');
      expectRefusal(holder.ask(forgery(most), { from }), 'RATE_LIMITED');
      expectRefusal(holder.ask(made(owner), { from }), 'RATE_LIMITED');
      expect(holder.ask(made(owner), { from: keyOf(3).id })).to.include({ isVouched: true });
      // Known to be genuine, it costs nothing.
      expect(holder.ask(made(owner), { from, isAnnounced: false })).to.include({ isVouched: true });
      holder.now += 1_000 / most;
      expectRefusal(holder.ask(forgery(most), { from }), 'BAD_SIGNATURE');
      expectRefusal(holder.ask(forgery(most + 1), { from }), 'RATE_LIMITED');
      holder.now += 60_000;
      for (let i = 1; i <= most; i++) expectRefusal(holder.ask(forgery(most + i), { from }), 'BAD_SIGNATURE');
      expectRefusal(holder.ask(forgery(-1), { from }), 'RATE_LIMITED');
    });

    it('checks only so many in a second, whoever sends them, and never the same one twice', () => {
      const { arbiterAdmission } = signed();
      const context = { known: undefined, isWithdrawal: false, isFromHost: true, isAnnounced: true };
      const contacts = Array.from({ length: limits.signaturesPerSecond + 1 }, (_, i) =>
        made(owner, { id: idOf(`name ${i}`) }),
      );
      const ask = (i: number, now: number) =>
        arbiterAdmission(contacts[i] as Contact, { ...context, now, from: `peer ${i % 100}` });
      for (let i = 0; i < limits.signaturesPerSecond; i++)
        expect(ask(i, NOW)).to.include({ isVouched: true });
      expectRefusal(ask(limits.signaturesPerSecond, NOW), 'RATE_LIMITED');
      for (let i = 0; i < limits.signaturesPerSecond; i++)
        expect(ask(i, NOW)).to.include({ isVouched: true });
      expect(ask(limits.signaturesPerSecond, NOW + 1)).to.include({ isVouched: true });
    });
  });

  context('as arbiter', () => {
    const { arbiter } = signed();
    const first = made(owner, { data: 1 });
    const second = made(owner, { data: 2 }, { known: first });

    it('keeps the incumbent against another key', () => {
      const claim = made(other, { data: 3 }, { now: NOW + 1_000 });
      expect(arbiter(first, claim)).to.equal(first);
      expect(arbiter(claim, first)).to.equal(claim);
    });

    it('lets the inner arbiter decide between two of one key', () => {
      expect(arbiter(undefined, first)).to.equal(first);
      for (const [a, b] of [
        [first, second],
        [second, first],
      ] as const)
        expect(arbiter(a, b)).to.equal(second);
      const greatest = signed({
        inner: {
          arbiter: (a, b) => ((a?.data as number) > (b.data as number) ? (a as Contact) : b),
          arbiterDefaults: (c) => c,
        },
      });
      const small = made(owner, { data: 0 }, { known: second });
      expect(greatest.arbiter(second, small)).to.equal(second);
    });

    it('lets the later stand where one of them is a withdrawal, whatever the inner arbiter prefers', () => {
      const withdrawn = withdrawalOf(first);
      const after = made(owner, { data: 3, vectorClock: 0 }, { known: withdrawn });
      for (const [loser, winner] of [
        [first, withdrawn],
        [withdrawn, after],
      ] as const) {
        expect(arbiter(loser, winner)).to.equal(winner);
        expect(arbiter(winner, loser)).to.equal(winner);
      }
      // The entity has moved to another node of the same owner, which had not heard of this version.
      const moved = made(owner, { data: 4 }, { known: first });
      expect(moved.seq).to.equal(withdrawn.seq);
      expect(arbiter(withdrawn, moved)).to.equal(moved);
      expect(arbiter(moved, withdrawn)).to.equal(moved);
    });

    it('takes the later where the inner arbiter merges, since nobody has signed the merge', () => {
      const sets = signed({ inner: gSet({ path: 'nodes' }) });
      const set = (names: object, known?: Contact) =>
        sets.arbiterDefaults({ id, data: { nodes: names } } as Contact, { now: NOW, known, identity: owner });
      const a = set({ ada: 1 });
      const b = set({ grace: 1 }, a);
      expect(sets.arbiter(a, b)).to.equal(b);
      expect(sets.arbiter(b, a)).to.equal(b);
      const all = set({ ada: 1, grace: 1 }, b);
      expect(sets.arbiter(b, all)).to.equal(all);
    });

    it('takes what the inner arbiter writes anew for what it is the same as', () => {
      const copying = signed({ inner: { arbiter: (_, b) => ({ ...b }), arbiterDefaults: (c) => c } });
      expect(copying.arbiter(second, first)).to.equal(first);
      const dropping = signed({ inner: lastWriteWins() });
      const alien = made(owner, { timestamp: 'z' }, { known: second });
      expect(dropping.arbiter(second, alien)).to.equal(alien);
      expect(dropping.arbiter(alien, second)).to.equal(alien);
    });

    it('hands on what is no contact of the id, for the engine to find', () => {
      const broken = (result: unknown) =>
        signed({ inner: { arbiter: () => result as Contact, arbiterDefaults: (c) => c } }).arbiter(
          first,
          second,
        );
      for (const result of [undefined, null, 5, { id: idOf('else') }, Promise.resolve(first)]) {
        expect(broken(result)).to.equal(result);
      }
    });
  });
});
