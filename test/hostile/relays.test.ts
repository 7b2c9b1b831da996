import { expect } from 'chai';
import type { Contact } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import type { Message } from '../../src/wire/messages.js';
import { memory } from '../../transports/memory/index.js';
import { encodedOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { idBytesOf, idOf } from '../support/ids.js';
import { addressOf, helloOf, RawEnd } from '../support/sessions.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const thing = idOf('thing');

/** Three honest nodes, and one that says what it likes: to them it is a node that nobody can dial. */
async function withLiar(scenario: (nodes: SimulatedNodes, liar: Liar) => Promise<void>): Promise<void> {
  const nodes = new SimulatedNodes(1);
  await nodes.run(async () => {
    await nodes.startMany(3);
    const liar = new Liar(nodes);
    try {
      await scenario(nodes, liar);
    } finally {
      await liar.end.close();
    }
  });
}

type RawLink = Awaited<ReturnType<RawEnd['dial']>>;

class Liar {
  readonly end: RawEnd;
  readonly #nodes: SimulatedNodes;
  readonly #requestIds = new Map<RawLink, number>();

  constructor(nodes: SimulatedNodes) {
    this.#nodes = nodes;
    this.end = new RawEnd(memory({ network: nodes.network, host: 'liar', listen: false }));
  }

  async dial(name: string): Promise<RawLink> {
    const link = await this.end.dial(name);
    this.end.send(
      helloOf(encodedOf('liar'), { group: 'default', nonce: this.#nodes.runtime.randomBytes(16) }),
      link,
    );
    await this.#nodes.runtime.sleep(100);
    return link;
  }

  async announce(link: RawLink, announced: readonly EncodedContact[]): Promise<void> {
    const target = { id: idBytesOf(thing) };
    this.end.send({ type: 'findNode', requestId: this.#next(link), target, announced, withdrawn: [] }, link);
    await this.#nodes.runtime.sleep(100);
  }

  ping(link: RawLink): void {
    this.end.send({ type: 'ping', requestId: this.#next(link), id: idBytesOf(thing) }, link);
  }

  get pings(): number {
    return this.end.types.filter((type) => type === 'ping').length;
  }

  #next(link: RawLink): number {
    const requestId = (this.#requestIds.get(link) ?? 0) + 1;
    this.#requestIds.set(link, requestId);
    return requestId;
  }
}

/** The entity, reached through a node that is said to be at the host `at`. */
const through = (via: string, at = via, name = 'thing'): EncodedContact =>
  encodedOf(name, { transport: [{ ...addressOf(at), via: idOf(via) }] });
const relayedAt = (nodes: SimulatedNodes, name: string) =>
  nodes
    .get(name)
    .snapshot()
    .collections.find((collection) => collection.name === 'relayed')?.size;

describe('a host that nobody can dial, and that lies', () => {
  it('is not passed on to by a node that it names to another', () =>
    withLiar(async (nodes, liar) => {
      await liar.announce(await liar.dial('node-0'), [through('node-1')]);
      const found = (await nodes.get('node-2').find(thing)) as Contact;
      expect(found.transport).to.deep.equal([{ ...addressOf('node-1'), via: idOf('node-1') }]);
      expect(await nodes.get('node-2').ping(found)).to.equal(undefined);
      expect([liar.pings, relayedAt(nodes, 'node-0'), relayedAt(nodes, 'node-1')]).to.deep.equal([0, 0, 0]);
    }));

  it('cannot have one node dialled under the name of another', () =>
    withLiar(async (nodes) => {
      // The relay is not known to who asks, nor is anybody to it.
      const asker = await nodes.start('asker', [], { listen: false });
      await expectCode(asker.ping(through('node-9', 'node-2').contact), 'ERR_ID_MISMATCH');
      expect(nodes.get('node-2').routing.size).to.equal(2);
    }));

  it('cannot have more passed on to it than a thousand ids', () =>
    withLiar(async (nodes, liar) => {
      const link = await liar.dial('node-0');
      const all = Array.from({ length: 10_000 }, (_, i) => through('node-0', 'node-0', `e${i}`));
      for (let i = 0; i < all.length; i += limits.contactsInAnnounce)
        await liar.announce(link, all.slice(i, i + limits.contactsInAnnounce));
      expect(relayedAt(nodes, 'node-0')).to.equal(limits.relayedIdsPerSession);
      link.close();
      await nodes.runtime.sleep(100);
      expect(relayedAt(nodes, 'node-0')).to.equal(0);
    }));

  it('cannot bring its relay into disrepute by never answering', () =>
    withLiar(async (nodes, liar) => {
      await liar.announce(await liar.dial('node-0'), [through('node-0')]);
      for (let i = 0; i < 10; i++) {
        const askedAt = nodes.runtime.now();
        expect(await nodes.get('node-1').ping(through('node-0').contact)).to.equal(undefined);
        expect(nodes.runtime.now() - askedAt).to.be.at.most(limits.requestFirstMs + 100);
      }
      expect(liar.pings).to.equal(10);
      expect(
        nodes
          .get('node-1')
          .snapshot()
          .nodes.map(({ id }) => id),
      ).to.include(idOf('node-0'));
      // Its own answers are as quick as ever, and no more is expected of it.
      const askedAt = nodes.runtime.now();
      expect((await nodes.get('node-1').ping(nodes.get('node-0').contact))?.id).to.equal(idOf('node-0'));
      expect(nodes.runtime.now() - askedAt).to.be.below(100);
    }));

  it('cannot have a PING go round between its relays over the sessions that it announced over', () =>
    withLiar(async (nodes, liar) => {
      const links = [await liar.dial('node-0'), await liar.dial('node-1')];
      for (const [i, link] of links.entries()) await liar.announce(link, [through(`node-${i}`)]);
      liar.end.answer = (message: Message, link) => {
        // It passes each on to the other relay.
        if (message.type === 'ping') liar.ping(links[link === links[0] ? 1 : 0] as RawLink);
      };
      expect(await nodes.get('node-2').ping(through('node-0').contact)).to.equal(undefined);
      await nodes.runtime.sleep(10_000);
      expect(liar.pings).to.equal(1);
    }));

  it('pays for each round itself where it asks over sessions of their own, and stops nobody else', () =>
    withLiar(async (nodes, liar) => {
      const names = ['node-0', 'node-1'];
      const announcing = await Promise.all(names.map((name) => liar.dial(name)));
      const asking = await Promise.all(names.map((name) => liar.dial(name)));
      for (const [i, link] of announcing.entries()) await liar.announce(link, [through(`node-${i}`)]);
      let sent = 0;
      liar.end.answer = (message: Message, link) => {
        if (message.type !== 'ping') return;
        sent++;
        liar.ping(asking[link === announcing[0] ? 1 : 0] as RawLink);
      };
      expect(await nodes.get('node-2').ping(through('node-0').contact)).to.equal(undefined);
      await nodes.runtime.sleep(10_000);
      expect(liar.pings).to.be.within(sent, 1 + sent);
      expect((await nodes.get('node-2').ping(nodes.get('node-0').contact))?.id).to.equal(idOf('node-0'));
      // It goes on for as long as the liar does.
      liar.end.answer = () => {};
      await nodes.runtime.sleep(100);
      const before = liar.pings;
      await nodes.runtime.sleep(10_000);
      expect(liar.pings).to.equal(before);
    }));
});
