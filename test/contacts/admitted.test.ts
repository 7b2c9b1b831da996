// What becomes of contacts from elsewhere where an arbiter has to admit them.

import { expect } from 'chai';
import { signed } from '../../arbiters/signed.js';
import { vectorClock } from '../../arbiters/vector-clock.js';
import { Admission } from '../../src/contacts/admission.js';
import { type ArbiterFault, Arbitration } from '../../src/contacts/arbitrate.js';
import { type Conflict, Contacts, type Equivocation, type Observation } from '../../src/contacts/observe.js';
import type { AdmissionContext, ArbiterAdmission, Verdict } from '../../src/contracts/arbiter.js';
import type { Contact } from '../../src/contracts/contact.js';
import { Refusal } from '../../src/errors.js';
import { Identity } from '../../src/identity/identity.js';
import { limits } from '../../src/limits.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedNodeOf, encodedOf } from '../support/contacts.js';
import { expectRefusal } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const START = 1_000_000;
const ttlMs = limits.registrationMs;
const own = encodedNodeOf('own');
const host = encodedNodeOf('host');
const other = encodedNodeOf('other');
const id = idOf('thing');
const version = (vectorClock: number, at = host, fields: Record<string, unknown> = {}) =>
  EncodedContact.from({ id, transport: at.contact.transport, vectorClock, ...fields });

const elsewhere: readonly Observation[] = [
  { type: 'found', ttlMs },
  { type: 'found', ttlMs, from: other },
  { type: 'stood', ttlMs, from: other },
  { type: 'buried', from: other },
  { type: 'announced', from: host },
  { type: 'announced', from: host, isAddressProved: true },
  { type: 'withdrawn', from: host },
];

class Node {
  now = START;
  readonly asked: AdmissionContext[] = [];
  readonly conflicts: Conflict[] = [];
  readonly equivocations: Equivocation[] = [];
  readonly faults: ArbiterFault[] = [];
  readonly contacts: Contacts;
  verdict: Verdict | Refusal = { isVouched: false };

  constructor(admission?: ArbiterAdmission, arbiter = vectorClock().arbiter) {
    const now = () => this.now;
    const onFault = (fault: ArbiterFault) => this.faults.push(fault);
    const ask: ArbiterAdmission = (candidate, context) => {
      this.asked.push(context);
      return admission?.(candidate, context) ?? this.verdict;
    };
    this.contacts = new Contacts(own.key, {
      own: () => own,
      now,
      arbitration: new Arbitration(arbiter, now, onFault),
      admission: new Admission(ask, now, onFault),
      isTooFarToHold: () => false,
      onConflict: (conflict) => this.conflicts.push(conflict),
      onEquivocation: (equivocation) => this.equivocations.push(equivocation),
      onDisplaced: () => {},
      onClaimRefused: () => {},
    });
  }

  observe(contact: EncodedContact, how: Observation) {
    return this.contacts.observe(contact, how);
  }

  get known(): EncodedContact | undefined {
    return this.contacts.known(id);
  }
}

describe('Contacts, with an admission', () => {
  it('asks it about whatever comes from elsewhere, and how it came', () => {
    const node = new Node();
    for (const how of elsewhere) node.observe(version(1), how);
    const asked = node.asked.map(({ isWithdrawal, isAnnounced, isFromHost, from, now }) => [
      isWithdrawal,
      isAnnounced,
      isFromHost,
      from,
      now,
    ]);
    expect(asked).to.deep.equal([
      [false, false, false, undefined, START],
      [false, false, false, other.id, START],
      [false, false, false, other.id, START],
      [true, false, false, other.id, START],
      [false, true, false, host.id, START],
      [false, true, true, host.id, START],
      [true, true, false, host.id, START],
    ]);
  });

  it('asks nobody about what is registered here, or about this node itself', () => {
    const node = new Node();
    node.verdict = new Refusal('BAD_SIGNATURE', '');
    node.observe(version(1, own), { type: 'registered' });
    node.observe(version(1, own), { type: 'released' });
    node.observe(version(2, own), { type: 'registered' });
    node.observe(version(2, own), { type: 'unregistered' });
    for (const how of elsewhere) node.observe(own, how);
    expect(node.asked).to.deep.equal([]);
  });

  it('keeps out what is refused, however it comes', () => {
    const refused = new Refusal('BAD_SIGNATURE', 'no');
    for (const how of elsewhere) {
      const node = new Node();
      node.verdict = refused;
      expect(node.observe(version(1), how)).to.equal(refused);
      expect([node.known, node.contacts.held.tombstone(id)]).to.deep.equal([undefined, undefined]);
    }
  });

  it('leaves what is known as it is when something is refused', () => {
    for (const how of elsewhere) {
      const node = new Node();
      node.observe(version(1), { type: 'announced', from: host });
      node.verdict = new Refusal('STALE_SEQ', '');
      node.observe(version(2), how);
      expect(node.known).to.equal(node.contacts.held.get(id)?.contact);
      expect(node.known?.contact).to.deep.equal(version(1).contact);
    }
  });

  it('tells it what is registered, held, cached or was withdrawn', () => {
    const ways: [Observation, EncodedContact][] = [
      [{ type: 'registered' }, version(1, own)],
      [{ type: 'announced', from: host }, version(1)],
      [{ type: 'found', ttlMs }, version(1, other)],
      [{ type: 'withdrawn', from: host }, version(1)],
    ];
    for (const [how, contact] of ways) {
      const node = new Node();
      node.observe(contact, how);
      node.observe(version(2), { type: 'found', ttlMs });
      expect(node.asked.at(-1)?.known, how.type).to.deep.equal(contact.contact);
    }
  });

  it('takes from anybody what its owner vouches for, and nothing else', () => {
    for (const type of ['announced', 'withdrawn'] as const) {
      const node = new Node();
      expectRefusal(node.observe(version(1), { type, from: other }), 'FOREIGN_TRANSPORT');
      node.verdict = { isVouched: true };
      expect(node.observe(version(1), { type, from: other })).not.to.be.instanceOf(Refusal);
      expect(node.known !== undefined).to.equal(type === 'announced');
    }
  });

  it('neither keeps nor renews what is an echo', () => {
    const node = new Node();
    const echo = () => {
      node.verdict = { isVouched: true, isEcho: true };
      return node.observe(version(1), { type: 'announced', from: other });
    };
    expect(echo()).to.deep.equal({ isEcho: true });
    expect(node.known).to.equal(undefined);
    node.verdict = { isVouched: true };
    node.observe(version(1), { type: 'announced', from: host });
    node.now += limits.registrationMs - 1;
    expect(echo()).to.deep.include({ isEcho: true });
    expect(node.contacts.exact(id)?.ttlMs).to.equal(1);
  });

  it('tells of two that were said with the same right, with both', () => {
    const node = new Node();
    node.observe(version(1), { type: 'announced', from: host });
    node.verdict = { isVouched: true, isEquivocal: true };
    node.observe(version(2), { type: 'announced', from: host });
    expect(node.equivocations).to.deep.equal([
      { incumbent: version(1).contact, candidate: version(2).contact },
    ]);
  });

  it('tells of a second owner as of a conflict, in which what is known stands', () => {
    const node = new Node();
    node.observe(version(1), { type: 'announced', from: host });
    node.verdict = new Refusal('ID_KEY_MISMATCH', '');
    node.observe(version(2), { type: 'announced', from: host });
    const incumbent = version(1).contact;
    expect(node.conflicts).to.deep.equal([{ incumbent, candidate: version(2).contact, standing: incumbent }]);
  });

  it('keeps out what the admission throws at, and goes on', () => {
    const node = new Node((candidate: Contact) => {
      if (candidate.vectorClock === 13) throw new Error('thirteen');
      return { isVouched: true };
    });
    expectRefusal(node.observe(version(13), { type: 'announced', from: host }), 'ARBITER_THREW');
    expect(node.faults.map(({ code }) => code)).to.deep.equal(['ARBITER_THREW']);
    node.observe(version(1), { type: 'announced', from: host });
    expect(node.known?.contact).to.deep.equal(version(1).contact);
  });

  it('remembers of what is unregistered the withdrawal that it is given', () => {
    const withdrawal = version(2, own, { withdrawn: true });
    for (const type of ['unregistered', 'released'] as const) {
      const node = new Node();
      node.observe(version(1, own), { type: 'registered' });
      node.observe(version(1, own), { type, withdrawal });
      expect(node.contacts.held.tombstone(id)).to.equal(withdrawal);
    }
  });

  context('when ours has given way to a version at another host of the same owner', () => {
    it('stands again once that is withdrawn', () => {
      const owner = new Identity(new Uint8Array(32).fill(1));
      const arbiter = signed();
      const made = (at: EncodedContact, known?: EncodedContact, isWithdrawal = false) => {
        const contact = { id, transport: at.contact.transport } as Contact;
        const context = { now: START, known: known?.contact, identity: owner, isWithdrawal };
        return EncodedContact.from(arbiter.arbiterDefaults(contact, context));
      };
      const node = new Node(signed().arbiterAdmission, arbiter.arbiter);
      const [ours, theirs] = [made(own), made(other, made(own))];
      node.observe(ours, { type: 'registered' });
      node.observe(theirs, { type: 'announced', from: other });
      expect(node.known?.equals(theirs)).to.equal(true);
      node.observe(made(other, theirs, true), { type: 'withdrawn', from: other });
      expect(node.known?.equals(ours)).to.equal(true);
    });
  });

  it('holds no parsed contacts for those that are refused', () => {
    const node = new Node();
    const held = version(1);
    node.observe(held, { type: 'announced', from: host });
    let forgotten = 0;
    held.forgetParsed = () => void forgotten++;
    node.verdict = new Refusal('STALE_SEQ', '');
    node.observe(version(2), { type: 'announced', from: encodedOf('x') });
    expect(forgotten).to.equal(1);
  });
});
