import { expect } from 'chai';
import { SweptAnswers } from '../../src/announce/swept-answers.js';
import { vectorClock } from '../../src/arbiter/vector-clock.js';
import { Arbitration } from '../../src/contacts/arbitrate.js';
import { Contacts } from '../../src/contacts/observe.js';
import type { TransportInfo } from '../../src/contracts/transport.js';
import { limits } from '../../src/limits.js';
import type { NodesQuery } from '../../src/rpc/client.js';
import { AbortScope } from '../../src/runtime/abort.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Nodes } from '../../src/wire/messages.js';
import { contactOf, encodedNodeOf } from '../support/contacts.js';
import { IdealNetwork } from '../support/ideal-network.js';
import { addressOf } from '../support/sessions.js';

const holder = encodedNodeOf('holder');
const ENTITIES = 40;

function version(i: number, clock: number, host: string): EncodedContact {
  return EncodedContact.from(contactOf(`entity-${i}`, { vectorClock: clock, transport: addressOf(host) }));
}

class Answering {
  readonly network = new IdealNetwork(4);
  readonly told: (readonly [TransportInfo, NodesQuery])[] = [];
  readonly questions: NodesQuery[] = [];
  readonly contacts: Contacts;
  readonly answers: SweptAnswers;
  readonly own = Array.from({ length: ENTITIES }, (_, i) => version(i, 5, 'here'));
  /** What the holder says when it is asked again. */
  again: (own: EncodedContact) => Partial<Nodes> = () => ({});

  constructor() {
    const node = encodedNodeOf('here');
    const now = () => this.network.runtime.now();
    const arbitration = new Arbitration(vectorClock().arbiter, now, () => {});
    this.contacts = new Contacts(node.key, {
      own: () => node,
      now,
      arbitration,
      isTooFarToHold: () => false,
      onConflict: () => {},
      onDisplaced: () => {},
      onEquivocation: () => {},
      onClaimRefused: () => {},
    });
    for (const own of this.own) this.contacts.observe(own, { type: 'registered' });
    this.answers = new SweptAnswers(
      {
        walker: this.network.walker,
        contacts: this.contacts,
        tell: async (host, query) => void this.told.push([host as TransportInfo, query]),
        onRefused: () => {},
        decide: (incumbent, candidate) => arbitration.decide(incumbent, candidate),
        findNode: async (_to, query) => {
          this.questions.push(query);
          const [own] = query.announced as [EncodedContact];
          return { type: 'nodes', requestId: 0, contacts: [], conflicts: [], ...this.again(own) };
        },
      },
      new AbortScope(),
    );
  }

  /** Two holders answer an announce of all. */
  hear(conflicts: readonly EncodedContact[]): Promise<void> {
    const nodes = { type: 'nodes', requestId: 0, contacts: [], conflicts } as const;
    for (const from of [holder, encodedNodeOf('other')]) this.answers.hear(nodes, from, this.own);
    return this.network.runtime.run(this.answers.settle());
  }

  standing(i: number): EncodedContact | undefined {
    return this.contacts.hosted((this.own[i] as EncodedContact).id);
  }
}

describe('SweptAnswers', () => {
  context('when older ones stood at holders', () => {
    it('tells the host that they all have of all of them in one frame, and asks nobody again', async () => {
      const answering = new Answering();
      await answering.hear(answering.own.map((_, i) => version(i, 1, 'elsewhere')));
      await answering.network.runtime.run(answering.answers.end());
      expect(answering.questions).to.deep.equal([]);
      expect(answering.told.map(([host]) => host)).to.deep.equal([addressOf('elsewhere')]);
      expect(answering.told[0]?.[1].announced).to.have.members(answering.own);
      expect(answering.standing(0)).to.equal(answering.own[0]);
    });

    it('does not tell ourselves of our own', async () => {
      const answering = new Answering();
      await answering.hear([version(0, 1, 'here')]);
      await answering.network.runtime.run(answering.answers.end());
      expect(answering.told).to.deep.equal([]);
    });

    it('tells so many hosts at most', async () => {
      const answering = new Answering();
      const befores = Array.from({ length: limits.sweepHosts + 10 }, (_, i) =>
        version(i % ENTITIES, 1, `host-${i}`),
      );
      await answering.hear(befores);
      await answering.network.runtime.run(answering.answers.end());
      expect(answering.told).to.have.length(limits.sweepHosts);
    });
  });

  context('when a newer one stands at holders', () => {
    it('asks one of them, and gives way to it', async () => {
      const answering = new Answering();
      const newer = version(3, 9, 'elsewhere');
      answering.again = () => ({ conflicts: [newer], exact: { contact: newer, ttlSeconds: 3_600 } });
      await answering.hear([newer]);
      expect(answering.questions).to.have.length(1);
      expect(answering.standing(3)?.equals(newer)).to.equal(true);
      expect(answering.standing(4)).to.equal(answering.own[4]);
    });
  });

  context('when a newer one was withdrawn', () => {
    it('asks one of them, and remembers what was withdrawn', async () => {
      const answering = new Answering();
      const newer = version(3, 9, 'elsewhere');
      answering.again = () => ({ conflicts: [newer] });
      await answering.hear([newer]);
      expect(answering.standing(3)).to.equal(answering.own[3]);
      const own = answering.own[3] as EncodedContact;
      expect(answering.contacts.against(own)?.equals(newer)).to.equal(true);
    });
  });

  context('when what was told has been registered anew', () => {
    it('takes no notice: that is announced, too', async () => {
      const answering = new Answering();
      answering.contacts.observe(version(0, 7, 'here'), { type: 'registered' });
      await answering.hear([version(0, 6, 'elsewhere')]);
      expect([answering.questions, answering.told]).to.deep.equal([[], []]);
    });
  });

  context('when it was refused', () => {
    it('is announced by itself', async () => {
      const answering = new Answering();
      const [own] = answering.own as [EncodedContact];
      answering.answers.refused(own);
      await answering.network.runtime.run(answering.answers.settle());
      expect(answering.network.told(own.id)).to.have.length(4);
    });
  });
});
