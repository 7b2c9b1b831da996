import { expect } from 'chai';
import { type AnnounceDependencies, announce, withdraw } from '../../src/announce/announce.js';
import { vectorClock } from '../../src/arbiter/vector-clock.js';
import { Arbitration } from '../../src/contacts/arbitrate.js';
import { Contacts } from '../../src/contacts/observe.js';
import type { TransportInfo } from '../../src/contracts/transport.js';
import type { Refusal } from '../../src/errors.js';
import type { NodesQuery } from '../../src/rpc/client.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedNodeOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { addressOf } from '../support/sessions.js';
import { WalkNetwork, type WalkNetworkOptions } from '../support/walks.js';

class Announced extends WalkNetwork {
  readonly refusals: Refusal[] = [];
  readonly told: (readonly [TransportInfo, NodesQuery])[] = [];
  readonly contacts: Contacts;
  readonly deps: AnnounceDependencies;
  readonly own = this.version(1, 'here');

  constructor(options: WalkNetworkOptions) {
    super(options);
    const node = encodedNodeOf('here');
    const now = () => this.runtime.now();
    this.contacts = new Contacts(node.key, {
      own: () => node,
      now,
      arbitration: new Arbitration(vectorClock().arbiter, now, () => {}),
      isTooFarToHold: () => false,
      onConflict: () => {},
      onDisplaced: () => {},
      onEquivocation: () => {},
      onClaimRefused: () => {},
    });
    this.contacts.observe(this.own, { type: 'registered' });
    this.deps = {
      walker: this.walker,
      contacts: this.contacts,
      tell: async (host, query) => void this.told.push([host as TransportInfo, query]),
      onRefused: (_from, refusal) => this.refusals.push(refusal),
    };
  }

  version(clock: number, host: string): EncodedContact {
    return EncodedContact.from(this.thing({ vectorClock: clock, transport: addressOf(host) }));
  }

  /** Who was sent what is announced or withdrawn. */
  get tellees(): number[] {
    return this.asked.filter((_, i) => {
      const { announced = [], withdrawn = [] } = this.queries[i] ?? {};
      return announced.length + withdrawn.length > 0;
    });
  }

  announce(): Promise<number> {
    return this.runtime.run(announce(this.own, this.deps));
  }
}

const everybody = [1, 2, 3, 4, 5, 6];
const knows = Object.fromEntries(everybody.map((node) => [node, everybody]));

describe('announce', () => {
  it('tells the k closest, and nobody who is only passed on the way', async () => {
    const announced = new Announced({ start: [6], knows });
    expect(await announced.announce()).to.equal(3);
    expect(announced.tellees).to.have.members([1, 2, 3]);
    expect(announced.asked).to.include(6);
  });

  it('tells them all at once', async () => {
    const announced = new Announced({ start: [6], knows, k: 6 });
    await announced.announce();
    const first = announced.queries.findIndex(({ announced: contacts = [] }) => contacts.length > 0);
    expect(announced.asked.slice(first)).to.have.members(everybody);
    expect(announced.asked.slice(first)).to.have.length(6);
  });

  it('tells the next closest in the place of one that is dead', async () => {
    const announced = new Announced({ start: [6], knows });
    announced.dead.add(1);
    expect(await announced.announce()).to.be.at.least(2);
    expect(announced.tellees).to.include.members([2, 3]);
  });

  it('rejects when nobody was reached', async () => {
    const announced = new Announced({ start: [1] });
    announced.dead.add(1);
    await expectCode(announced.announce(), 'ERR_NO_NODES');
  });

  context('when a holder has a newer one', () => {
    it('gives way to it', async () => {
      const announced = new Announced({ start: [1] });
      announced.holds.set(1, announced.version(2, 'elsewhere').contact);
      await announced.announce();
      expect(announced.contacts.hosted(announced.id)?.equals(announced.version(2, 'elsewhere'))).to.equal(
        true,
      );
      expect(announced.told).to.deep.equal([]);
    });
  });

  context('when an older one stood at a holder', () => {
    it('tells its host directly', async () => {
      const announced = new Announced({ start: [1] });
      announced.holds.set(1, announced.own.contact);
      announced.conflicts.set(1, [announced.version(0, 'elsewhere')]);
      await announced.announce();
      expect(announced.told.map(([host]) => host)).to.deep.equal([addressOf('elsewhere')]);
      expect(announced.told[0]?.[1].announced).to.deep.equal([announced.own]);
      expect(announced.contacts.hosted(announced.id)).to.equal(announced.own);
    });

    it('does not tell ourselves of our own older one', async () => {
      const announced = new Announced({ start: [1] });
      announced.holds.set(1, announced.own.contact);
      announced.conflicts.set(1, [announced.version(0, 'here')]);
      await announced.announce();
      expect(announced.told).to.deep.equal([]);
    });

    it('tells eight hosts at most', async () => {
      const announced = new Announced({ start: [1] });
      announced.holds.set(1, announced.own.contact);
      announced.conflicts.set(
        1,
        Array.from({ length: 12 }, (_, i) => announced.version(0, `host-${i}`)),
      );
      await announced.announce();
      expect(announced.told).to.have.length(8);
    });
  });

  context('when holders refuse it', () => {
    for (const code of ['STALE_SEQ', 'ID_KEY_MISMATCH'] as const) {
      it(`takes ${code} for an answer, and asks one of them what stands`, async () => {
        const announced = new Announced({ start: [6], knows });
        const newer = announced.version(2, 'elsewhere');
        for (const holder of [1, 2, 3]) {
          announced.refuses.set(holder, code);
          announced.holds.set(holder, newer.contact);
        }
        expect(await announced.announce()).to.equal(3);
        expect(announced.contacts.hosted(announced.id)?.equals(newer)).to.equal(true);
        expect(announced.tellees, 'nobody is told twice').to.have.members([1, 2, 3]);
        expect(announced.refusals).to.deep.equal([]);
      });
    }

    it('is content when nobody says what stands', async () => {
      const announced = new Announced({ start: [1] });
      announced.refuses.set(1, 'STALE_SEQ');
      expect(await announced.announce()).to.equal(1);
      expect(announced.contacts.hosted(announced.id)).to.equal(announced.own);
    });

    it('has not been heard by those that have no time for it', async () => {
      const announced = new Announced({ start: [1] });
      announced.refuses.set(1, 'RATE_LIMITED');
      await expectCode(announced.announce(), 'ERR_NO_NODES');
    });
  });

  context('when a holder answers with another id', () => {
    it('takes no notice', async () => {
      const announced = new Announced({ start: [1] });
      announced.holds.set(1, encodedNodeOf('other').contact);
      announced.conflicts.set(1, [encodedNodeOf('other')]);
      await announced.announce();
      expect([announced.told, announced.refusals]).to.deep.equal([[], []]);
      expect(announced.contacts.known(encodedNodeOf('other').id)).to.equal(undefined);
    });
  });

  context('when a holder answers with what is no contact', () => {
    it('tells of it, and goes on', async () => {
      const announced = new Announced({ start: [1] });
      const { bytes, idBytes } = announced.own;
      const broken = EncodedContact.ofBytes(
        Uint8Array.from([...bytes.subarray(0, 1 + idBytes.length), 0x7b]),
      );
      announced.holds.set(1, announced.own.contact);
      announced.conflicts.set(1, [broken]);
      expect(await announced.announce()).to.equal(1);
      expect(announced.refusals.map(({ code }) => code)).to.deep.equal(['BAD_JSON']);
    });
  });
});

describe('withdraw', () => {
  it('tells the k closest that it is no more', async () => {
    const announced = new Announced({ start: [6], knows });
    expect(await announced.runtime.run(withdraw(announced.own, announced.deps))).to.equal(3);
    expect(announced.tellees).to.have.members([1, 2, 3]);
    expect(announced.queries.at(-1)?.withdrawn).to.deep.equal([announced.own]);
  });
});
