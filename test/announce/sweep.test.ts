import { expect } from 'chai';
import { Sweep } from '../../src/announce/sweep.js';
import type { ContactId } from '../../src/id/contact-id.js';
import { limits } from '../../src/limits.js';
import { AbortScope } from '../../src/runtime/abort.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedOf } from '../support/contacts.js';
import { IdealNetwork } from '../support/ideal-network.js';

class Sweeping {
  readonly network: IdealNetwork;
  readonly contacts: Map<ContactId, EncodedContact>;
  readonly stop = new AbortScope();
  readonly heard: ContactId[] = [];
  readonly unheard: ContactId[] = [];
  readonly refused: ContactId[] = [];

  constructor(nodes: number, entities: number) {
    this.network = new IdealNetwork(nodes);
    const all = Array.from({ length: entities }, (_, i) => encodedOf(`entity-${i}`));
    this.contacts = new Map(all.map((contact) => [contact.id, contact]));
  }

  get all(): readonly EncodedContact[] {
    return [...this.contacts.values()];
  }

  sweep(ids: readonly ContactId[] = [...this.contacts.keys()]): Promise<void> {
    const sweep = new Sweep(
      {
        how: 'announced',
        ids,
        contactOf: (id) => this.contacts.get(id),
        onAnswer: () => {},
        onRefused: ({ id }) => this.refused.push(id),
        onSwept: async (heard, unheard) => {
          this.heard.push(...heard);
          this.unheard.push(...unheard);
        },
      },
      this.network.sweepDependencies,
      this.stop,
    );
    return this.network.runtime.run(sweep.run());
  }

  /** Holders that were told, of all that there are. */
  recall(): number {
    let [told, wanted] = [0, 0];
    for (const contact of this.all) {
      const ids = new Set(this.network.told(contact.id));
      const holders = this.network.holders(contact);
      wanted += holders.length;
      told += holders.filter((id) => ids.has(id)).length;
    }
    return told / wanted;
  }
}

describe('Sweep', () => {
  for (const [nodes, entities] of [
    [3, 50],
    [12, 50],
    [150, 20],
    [150, 1_200],
  ] as const) {
    context(`when ${nodes} nodes are told of ${entities} entities`, () => {
      it('tells all their holders, nobody twice, and hears of each once', async () => {
        const sweeping = new Sweeping(nodes, entities);
        await sweeping.sweep();
        expect(sweeping.recall()).to.be.at.least(0.99);
        for (const { id } of sweeping.all) {
          const told = sweeping.network.told(id);
          expect(new Set(told).size).to.equal(told.length);
        }
        expect(sweeping.heard).to.have.members([...sweeping.contacts.keys()]);
        expect(sweeping.unheard).to.deep.equal([]);
      });
    });
  }

  it('asks little more than each node once, and walks to few of the regions', async () => {
    const sweeping = new Sweeping(300, 3_000);
    await sweeping.sweep();
    const { requests, counts } = sweeping.network;
    expect(requests.length).to.be.below(1.8 * 300);
    expect(counts.sweepLookup / counts.sweepRegion).to.be.below(0.5);
  });

  it('has so many requests in flight at most', async () => {
    const sweeping = new Sweeping(150, 1_200);
    const { findNode } = sweeping.network;
    let [inFlight, most] = [0, 0];
    sweeping.network.findNode = (to, query, signal) => {
      if (query.announced !== undefined) most = Math.max(most, ++inFlight);
      return findNode.call(sweeping.network, to, query, signal).finally(() => {
        if (query.announced !== undefined) inFlight--;
      });
    };
    await sweeping.sweep();
    expect(most).to.be.within(2, limits.sweepFrames);
  });

  it('tells nobody of what is gone meanwhile', async () => {
    const sweeping = new Sweeping(30, 100);
    const ids = [...sweeping.contacts.keys()];
    const [gone] = ids as [ContactId];
    sweeping.contacts.delete(gone);
    await sweeping.sweep(ids);
    expect(sweeping.network.told(gone)).to.deep.equal([]);
    expect(sweeping.unheard).to.deep.equal([gone]);
  });

  context('when a quarter of the nodes are dead', () => {
    it('tells the next closest in their place', async () => {
      const sweeping = new Sweeping(150, 600);
      for (const [i, node] of sweeping.network.nodes.entries())
        if (i % 4 === 0) sweeping.network.dead.add(node);
      await sweeping.sweep();
      expect(sweeping.recall()).to.be.at.least(0.99);
      expect(sweeping.heard).to.have.length(600);
    });
  });

  context('when nobody answers', () => {
    it('gives up, and says so of each', async () => {
      const sweeping = new Sweeping(50, 300);
      for (const node of sweeping.network.nodes) sweeping.network.dead.add(node);
      await sweeping.sweep();
      expect(sweeping.heard).to.deep.equal([]);
      expect(sweeping.unheard).to.have.members([...sweeping.contacts.keys()]);
    });
  });

  context('when nodes know better of some', () => {
    it('finds out of which, and tells of all others', async () => {
      const sweeping = new Sweeping(30, 200);
      const refused = [...sweeping.contacts.keys()].filter((_, i) => i % 50 === 0);
      for (const id of refused) sweeping.network.refused.set(id, 'STALE_SEQ');
      const taken = new Map<ContactId, Set<string>>();
      sweeping.network.answer = ({ announced = [] }, to) => {
        for (const { id } of announced) taken.set(id, (taken.get(id) ?? new Set()).add(to.id));
        return {};
      };
      await sweeping.sweep();
      expect(new Set(sweeping.refused)).to.deep.equal(new Set(refused));
      for (const contact of sweeping.all) {
        if (refused.includes(contact.id)) continue;
        expect([...(taken.get(contact.id) ?? [])]).to.include.members(sweeping.network.holders(contact));
      }
    });
  });

  context('when it is stopped', () => {
    it('rejects with the reason, and asks nobody any more', async () => {
      const sweeping = new Sweeping(150, 1_200);
      sweeping.network.answer = () => {
        if (sweeping.network.requests.length > 60) sweeping.stop.abort(new Error('enough'));
        return {};
      };
      const outcome = await sweeping.sweep().catch((reason: Error) => reason.message);
      expect(outcome).to.equal('enough');
      const asked = sweeping.network.requests.length;
      await sweeping.network.runtime.advance(60_000);
      expect(sweeping.network.requests.length).to.equal(asked);
      expect(sweeping.network.runtime.pendingTimers).to.equal(0);
    });
  });
});
