import { expect } from 'chai';
import type { Disgover } from '../../src/index.js';
import { limits } from '../../src/limits.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import type { FindNode, Message, Nodes } from '../../src/wire/messages.js';
import { memory } from '../../transports/memory/index.js';
import { encodedOf } from '../support/contacts.js';
import { expectCode } from '../support/expect-code.js';
import { idBytesOf, idOf } from '../support/ids.js';
import { renamed } from '../support/renamed.js';
import { helloOf, nodesReply, RawEnd } from '../support/sessions.js';
import { SimulatedNodes } from '../support/simulated-nodes.js';

const PORTS = { red: 1, blue: 2 };
type Type = keyof typeof PORTS;
type RawLink = Awaited<ReturnType<RawEnd['dial']>>;

const SETTLED_MS = 30_000;
const LATENCY_MS = 50;
const ANYWHERE = { id: idBytesOf(idOf('anywhere')) };

/** Nodes that speak red, several times as many as hold a contact, and a bridge, which speaks blue as well. */
class Scene {
  readonly nodes = new SimulatedNodes(1, { k: 4 }, { latencyMs: LATENCY_MS });

  run(scenario: (bridge: Disgover, red: readonly Disgover[]) => Promise<void>): Promise<void> {
    return this.nodes.run(async () => {
      const bridge = await this.join('bridge', ['red', 'blue']);
      const red: Disgover[] = [];
      for (let i = 0; i < 24; i++) red.push(await this.join(`red-${i}`, ['red'], [bridge]));
      await scenario(bridge, red);
    });
  }

  join(
    name: string,
    types: readonly Type[],
    seeds: readonly Disgover[] = [],
    listen = true,
  ): Promise<Disgover> {
    const transport = types.map((type) => this.transport(name, type, listen));
    return this.nodes.start(name, [], { transport, seeds: seeds.map(({ contact }) => contact) });
  }

  transport(host: string, type: Type, listen = true) {
    return renamed(memory({ network: this.nodes.network, host, port: PORTS[type], listen }), type);
  }

  get runtime() {
    return this.nodes.runtime;
  }
}

function hello(scene: Scene, contact: EncodedContact): Message {
  return helloOf(contact, { group: 'default', nonce: scene.runtime.randomBytes(16) });
}

/** One that nobody can dial, and that has a bridge look for more than it may. */
class Flooder {
  readonly end: RawEnd;
  readonly #scene: Scene;
  #requestId = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.end = new RawEnd(scene.transport('flooder', 'blue', false));
  }

  async dial(): Promise<RawLink> {
    const link = await this.end.dial('bridge', PORTS.blue);
    this.end.send(hello(this.#scene, encodedOf('flooder')), link);
    await this.#scene.runtime.sleep(10 * LATENCY_MS);
    return link;
  }

  flood(link: RawLink, count: number): void {
    for (let i = 0; i < count; i++) {
      const requestId = ++this.#requestId;
      const target = { id: idBytesOf(idOf(`nothing-${requestId}`)) };
      const nothing = { announced: [], withdrawn: [] };
      this.end.send({ type: 'findNode', requestId, target, ...nothing, onBehalf: true }, link);
    }
  }

  announce(link: RawLink, contacts: readonly EncodedContact[]): void {
    for (let i = 0; i < contacts.length; i += limits.contactsInAnnounce) {
      const announced = contacts.slice(i, i + limits.contactsInAnnounce);
      const requestId = ++this.#requestId;
      this.end.send({ type: 'findNode', requestId, target: ANYWHERE, announced, withdrawn: [] }, link);
    }
  }

  /** The codes of the ERRORs that came, and the other answers. */
  get answers(): { refused: readonly string[]; answered: number } {
    const refused = this.end.received.flatMap((message) => (message.type === 'error' ? [message.code] : []));
    return { refused, answered: this.end.types.filter((type) => type === 'nodes').length };
  }
}

const sizeOf = (node: Disgover, collection: string) =>
  node.snapshot().collections.find(({ name }) => name === collection)?.size as number;
const errandsOf = (node: Disgover) => sizeOf(node, 'errands');

describe('who has others look for more than it may', function () {
  this.timeout(30_000);

  it('gets so much of it for one session, and is told so for the rest', () => {
    const scene = new Scene();
    return scene.run(async (bridge) => {
      const flooder = new Flooder(scene);
      flooder.flood(await flooder.dial(), 1_000);
      await scene.runtime.sleep(2 * LATENCY_MS);
      expect(errandsOf(bridge)).to.equal(limits.errandsPerSession);
      await scene.runtime.sleep(limits.lookupMs);
      const { refused, answered } = flooder.answers;
      expect(answered).to.equal(limits.errandsPerSession);
      expect(refused).to.have.length(1_000 - limits.errandsPerSession);
      expect(new Set(refused)).to.deep.equal(new Set(['RATE_LIMITED']));
      expect(errandsOf(bridge)).to.equal(0);
      await flooder.end.close();
    });
  });

  it('gets no more over many sessions than all get together, and keeps the node from nothing of its own', () => {
    const scene = new Scene();
    return scene.run(async (bridge, [host]) => {
      await (host as Disgover).register({ id: idOf('entity') });
      const flooder = new Flooder(scene);
      const links: RawLink[] = [];
      for (let i = 0; i < 10; i++) links.push(await flooder.dial());
      for (const link of links) flooder.flood(link, 100);
      await scene.runtime.sleep(2 * LATENCY_MS);
      expect(errandsOf(bridge)).to.equal(limits.errands);
      expect((await bridge.find(idOf('entity'), { fresh: true }))?.id).to.equal(idOf('entity'));
      expect((await (host as Disgover).ping(bridge.contact))?.id).to.equal(bridge.id);
      await flooder.end.close();
      await scene.runtime.sleep(2 * LATENCY_MS);
      expect(errandsOf(bridge)).to.equal(0);
    });
  });
});

describe('who has a relay tell more than it may', function () {
  this.timeout(30_000);

  it('has it told no faster than a relay tells, and no more than it remembers', () => {
    const scene = new Scene();
    return scene.run(async (bridge) => {
      const flooder = new Flooder(scene);
      const link = await flooder.dial();
      await scene.runtime.sleep(SETTLED_MS);
      const framesBefore = scene.nodes.network.counts.frames;
      const via = { type: 'blue', host: 'bridge', port: PORTS.blue, via: bridge.id };
      flooder.announce(
        link,
        Array.from({ length: 10_000 }, (_, i) => encodedOf(`e${i}`, { transport: [via] })),
      );
      await scene.runtime.sleep(2 * LATENCY_MS);
      expect(sizeOf(bridge, 'relayed')).to.equal(limits.relayedIdsPerSession);
      expect(sizeOf(bridge, 'onward')).to.be.within(1, limits.onwardWaiting);
      await scene.runtime.sleep(60_000);
      // An announce is a walk to the holders of both kinds: some 20 requests here, and as many answers.
      const told = 2 * limits.onwardPerHostPerMinute;
      expect(scene.nodes.network.counts.frames - framesBefore).to.be.within(told, told * 60);
      expect((await bridge.trace(idOf('nothing'))).end).to.equal('closest');
      link.close();
      await scene.runtime.sleep(2 * LATENCY_MS);
      expect([sizeOf(bridge, 'relayed'), sizeOf(bridge, 'onward')]).to.deep.equal([0, 0]);
      await flooder.end.close();
    });
  });
});

/** A node that speaks blue, and says that it knows more than the others: what it then brings is up to the test. */
class FalseBridge {
  readonly end: RawEnd;
  readonly contact: EncodedContact;
  asked = 0;

  constructor(scene: Scene, name: string, bring: (asked: FindNode) => Partial<Nodes> | undefined) {
    this.contact = encodedOf(name, { transport: { type: 'blue', host: name, port: PORTS.blue } });
    this.end = new RawEnd(scene.transport(name, 'blue'));
    this.end.answer = (message, link) => {
      if (message.type === 'hello') this.end.send(hello(scene, this.contact), link);
      if (message.type === 'ping')
        this.end.send({ type: 'pong', requestId: message.requestId, contact: this.contact }, link);
      if (message.type !== 'findNode') return;
      if (message.onBehalf) this.asked++;
      const reply = message.onBehalf ? bring(message) : { beyond: true };
      if (reply !== undefined) this.end.send(nodesReply(message.requestId, reply), link);
    };
  }
}

describe('nodes that say that they can look further', function () {
  this.timeout(30_000);
  const id = idOf('entity');
  const other = { contact: encodedOf('another'), ttlSeconds: 60 };
  const FINDS = 20;

  for (const [how, bring] of Object.entries<(asked: FindNode) => Partial<Nodes> | undefined>({
    'never come back': () => undefined,
    'bring nothing': () => ({}),
    'bring another contact': () => ({ exact: other }),
    'say once more that there are others': () => ({ beyond: true }),
  })) {
    it(`and ${how}, do not keep anybody from asking the next`, () => {
      const scene = new Scene();
      return scene.run(async (bridge, red) => {
        const liars = ['a', 'b'].map((name) => new FalseBridge(scene, name, bring));
        for (const liar of liars) await liar.end.listen();
        const tab = await scene.join('tab', ['blue'], [bridge], false);
        for (const liar of liars) tab.add(liar.contact.contact);
        await scene.runtime.sleep(SETTLED_MS);
        expect(tab.routing.size).to.equal(1 + liars.length);
        for (let i = 0; i < FINDS; i++) {
          await (red[i % red.length] as Disgover).register({ id: idOf(`entity-${i}`) });
          const found = await tab.find(idOf(`entity-${i}`), { fresh: true });
          expect(found?.id).to.equal(idOf(`entity-${i}`));
        }
        expect(liars.reduce((sum, { asked }) => sum + asked, 0)).to.be.greaterThan(0);
        for (const liar of liars) await liar.end.close();
      });
    });
  }

  it('and all stay away, keep nobody for longer than a lookup may take', () => {
    const scene = new Scene();
    return scene.nodes.run(async () => {
      const liars = ['a', 'b', 'c', 'd', 'e'].map((name) => new FalseBridge(scene, name, () => undefined));
      for (const liar of liars) await liar.end.listen();
      const tab = await scene.join('tab', ['blue'], [], false);
      for (const liar of liars) tab.add(liar.contact.contact);
      await scene.runtime.sleep(SETTLED_MS);
      const startMs = scene.runtime.now();
      expect(await tab.find(id, { fresh: true })).to.equal(undefined);
      expect(scene.runtime.now() - startMs).to.be.at.most(limits.lookupMs);
      expect(liars.reduce((sum, { asked }) => sum + asked, 0)).to.equal(limits.onBehalfAsked);
      await expectCode(tab.find(id, { fresh: true, timeoutMs: 3_000 }), 'ERR_LOOKUP_TIMEOUT');
      // They are none the worse for it: whoever looks for others may have waited in vain itself.
      expect(tab.routing.size).to.equal(liars.length);
      for (const liar of liars) await liar.end.close();
    });
  });
});
