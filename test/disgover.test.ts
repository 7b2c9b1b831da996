import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { Transport, TransportInfo } from '../src/contracts/transport.js';
import { Disgover } from '../src/disgover.js';
import { DisgoverError, type ErrorCode } from '../src/errors.js';
import type { Conflict, Contact, ContactInput, LookupStep } from '../src/index.js';
import { limits } from '../src/limits.js';
import { memory } from '../transports/memory/index.js';
import { contactOf, contactOfLength } from './support/contacts.js';
import { expectCode, expectThrowsCode } from './support/expect-code.js';
import { idOf } from './support/ids.js';
import { addressOf, type NodeOptions, SimulatedNodes } from './support/simulated-nodes.js';
import { guarded } from './support/spying-transport.js';

const SECOND = 1_000;
const id = idOf('thing');

/** `count` nodes, and what the test does with them; fails when they leave anything behind. */
function withNodes(
  count: number,
  scenario: (nodes: SimulatedNodes, ...all: Disgover[]) => Promise<void>,
  options: NodeOptions = {},
) {
  const nodes = new SimulatedNodes(1, options);
  return nodes.run(async () => {
    await nodes.startMany(count);
    await scenario(nodes, ...nodes.all);
  });
}

const sizeOf = (node: Disgover, collection: string) =>
  node.snapshot().collections.find(({ name }) => name === collection)?.size;

const named = (transport: Transport, name: string): Transport => ({
  name,
  listen: (onLink) => transport.listen(onLink),
  dial: (info, options) => transport.dial(info, options),
  close: () => transport.close(),
});

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (reason) => reason,
  );

/** What an application may pass by mistake: the table of LIMITS, section 7.2. */
const cycle: Record<string, unknown> = {};
cycle.a = { b: cycle };
const badContacts: readonly [string, unknown, ErrorCode][] = [
  ['nothing', undefined, 'ERR_BAD_CONTACT'],
  ['null', null, 'ERR_BAD_CONTACT'],
  ['a string', 'x', 'ERR_BAD_CONTACT'],
  ['an array', [], 'ERR_BAD_CONTACT'],
  ['an id that is a number', { id: 5 }, 'ERR_BAD_ID'],
  ['an id that is bytes', { id: new Uint8Array(20) }, 'ERR_BAD_ID'],
  ['an empty id', { id: '' }, 'ERR_BAD_ID'],
  ['an id of 256 bytes', { id: Buffer.alloc(256).toString('base64') }, 'ERR_BAD_ID'],
  ['an id that is url-safe', { id: '_w==' }, 'ERR_BAD_ID'],
  ['an id without its padding', { id: 'Zg' }, 'ERR_BAD_ID'],
  ['an id with a newline', { id: 'Zg==\n' }, 'ERR_BAD_ID'],
  ['an id that decodes like another', { id: 'Zh==' }, 'ERR_BAD_ID'],
  ['a function', { id, data: { f() {} } }, 'ERR_NOT_SERIALIZABLE'],
  ['a symbol', { id, data: Symbol('s') }, 'ERR_NOT_SERIALIZABLE'],
  ['a bigint', { id, data: 5n }, 'ERR_NOT_SERIALIZABLE'],
  ['a Date', { id, data: new Date(0) }, 'ERR_NOT_SERIALIZABLE'],
  ['a Map', { id, data: new Map() }, 'ERR_NOT_SERIALIZABLE'],
  ['a cycle', { id, data: cycle }, 'ERR_NOT_SERIALIZABLE'],
  [
    'a getter',
    {
      id,
      data: {
        get x() {
          throw new Error('must not run');
        },
      },
    },
    'ERR_NOT_PLAIN',
  ],
  ['an instance of a class', { id, data: new (class Point {})() }, 'ERR_NOT_PLAIN'],
  ['NaN', { id, data: { x: Number.NaN } }, 'ERR_BAD_NUMBER'],
  ['Infinity', { id, data: Number.POSITIVE_INFINITY }, 'ERR_BAD_NUMBER'],
  ['an integer that is not safe', { id, data: 2 ** 53 }, 'ERR_BAD_NUMBER'],
  ['3,073 bytes', contactOfLength(limits.contactBytes + 1), 'ERR_CONTACT_TOO_LARGE'],
  ['a key __proto__', { id, data: JSON.parse('{"__proto__":1}') }, 'ERR_FORBIDDEN_KEY'],
  ['a key constructor', { id, constructor: 1 }, 'ERR_FORBIDDEN_KEY'],
  ['a lone surrogate', { id, data: '\ud800' }, 'ERR_BAD_STRING'],
  ['17 levels', { id, data: JSON.parse(`${'['.repeat(16)}1${']'.repeat(16)}`) }, 'ERR_TOO_DEEP'],
];
const badClocks: readonly unknown[] = ['5', 1.5, -1, Number.NaN, 2 ** 53, true, {}, null, { a: -1 }];

describe('Disgover', () => {
  describe('start', () => {
    it('resolves to a node that has joined, and knows where it can be dialled', () =>
      withNodes(2, async (_nodes, first, second) => {
        expect([first?.state, second?.state]).to.deep.equal(['joined', 'joined']);
        expect(second?.contact).to.deep.include({
          id: idOf('node-1'),
          transport: { type: 'memory', host: 'node-1', port: 1 },
        });
        expect([second?.id, second?.routing.size]).to.deep.equal([idOf('node-1'), 1]);
      }));

    it('resolves to one that is alone where there are no seeds', () =>
      withNodes(1, async (_nodes, node) => {
        expect(node?.state).to.equal('alone');
      }));

    it('resolves to one that is isolated where no seed answers, and that joins when one is there', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const node = await nodes.start('late', ['seed']);
        expect(node.state).to.equal('isolated');
        const states: string[] = [];
        node.on('state', ({ state }) => states.push(state));
        await nodes.start('seed');
        await nodes.runtime.sleep(65 * SECOND);
        expect([node.state, states]).to.deep.equal(['joined', ['joined']]);
      });
    });

    it('is alone when its only seed is itself', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        expect((await nodes.start('self', ['self'])).state).to.equal('alone');
      });
    });

    it('keeps to its group', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const first = await nodes.start('a', [], { group: 'one' });
        const other = await nodes.start('b', ['a'], { group: 'two' });
        expect([other.state, other.routing.size, first.routing.size]).to.deep.equal(['isolated', 0, 0]);
      });
    });

    it('can dial and not be dialled, and then finds, and is in no table', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const server = await nodes.start('server');
        await server.register({ id, data: 'there' });
        const browser = await Disgover.start({
          transport: memory({ network: nodes.network, host: 'browser', listen: false }),
          runtime: nodes.runtime,
          seeds: [addressOf('server')],
        });
        expect(await browser.find(id)).to.include({ data: 'there' });
        expect(browser.contact).not.to.have.property('transport');
        expect([browser.routing.size, server.routing.size]).to.deep.equal([1, 0]);
        await browser.close();
      });
    });

    it('refuses options at once', async () => {
      await expectCode(Disgover.start({} as never), 'ERR_BAD_OPTION');
      await expectCode(Disgover.start(undefined as never), 'ERR_BAD_OPTION');
    });

    it('refuses a transport that another node has, and does that node no harm', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const transport = memory({ network: nodes.network, host: 'a', port: 1 });
        const first = await nodes.start('a', [], { transport });
        const unused = memory({ network: nodes.network, host: 'b', port: 1 });
        const second = nodes.start('b', [], { transport: [named(unused, 'other'), transport] });
        const { message } = await expectCode(second, 'ERR_BAD_OPTION');
        expect(message).to.contain('"memory": one instance serves one node');
        const third = await nodes.start('c', ['a'], { transport: named(unused, 'memory') });
        expect([first.state, third.state]).to.deep.equal(['joined', 'joined']);
      });
    });

    it('is the only way to a node', () => {
      const { message } = expectThrowsCode(
        () => new (Disgover as unknown as new () => Disgover)(),
        'ERR_BAD_OPTION',
      );
      expect(message).to.contain('Disgover.start(options)');
    });

    it('rejects when its address is in use, and leaves nothing', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        await nodes.start('a');
        await expectCode(nodes.start('a'), 'ERR_ADDRESS_IN_USE');
      });
    });

    it('rejects with the reason of its signal, and leaves nothing', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        await nodes.start('seed');
        for (const afterMs of [0, 5, 25]) {
          const controller = new AbortController();
          const options = {
            transport: memory({ network: nodes.network, host: `x${afterMs}` }),
            runtime: nodes.runtime,
            seeds: [addressOf('seed')],
          };
          const outcome = reasonOf(Disgover.start(options, { signal: controller.signal }));
          await nodes.runtime.sleep(afterMs);
          controller.abort('enough');
          expect(await outcome).to.equal('enough');
          expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
        }
        const aborted = Disgover.start({ transport: [] as never }, { signal: AbortSignal.abort('before') });
        expect(await reasonOf(aborted)).to.equal('before');
      });
    });
  });

  describe('register', () => {
    it('makes an entity findable from every node, with the address of its host', () =>
      withNodes(5, async (nodes, first) => {
        const registered = await first?.register({ id, data: { job: 'x' } });
        expect(registered).to.deep.equal({
          id,
          data: { job: 'x' },
          transport: first?.contact.transport,
          vectorClock: 0,
        });
        for (const node of nodes.all) expect(await node.find(id)).to.deep.equal(registered);
      }));

    it('fills in a missing id of 20 bytes', () =>
      withNodes(1, async (_nodes, node) => {
        const [a, b] = [await node?.register({}), await node?.register({ data: 1 })];
        expect(Buffer.from(a?.id ?? '', 'base64')).to.have.length(20);
        expect(a?.id).not.to.equal(b?.id);
        expect(a).not.to.have.property('data');
      }));

    it('leaves out data that is undefined', () =>
      withNodes(1, async (_nodes, node) => {
        expect(await node?.register({ id, data: undefined })).not.to.have.property('data');
      }));

    it('takes any bytes for an id: none is reserved', () =>
      withNodes(2, async (_nodes, a, b) => {
        for (const bytes of [Buffer.alloc(20), Buffer.from('__proto__'), Buffer.from([0xfb, 0xff, 0xbf])]) {
          const name = bytes.toString('base64');
          await a?.register({ id: name });
          expect((await b?.find(name))?.id).to.equal(name);
        }
        expect({}).not.to.have.property('contact');
      }));

    it('takes a clock of -0 for 0', () =>
      withNodes(1, async (_nodes, node) => {
        const { vectorClock } = (await node?.register({ id, vectorClock: -0 })) ?? {};
        expect(Object.is(vectorClock, 0)).to.equal(true);
      }));

    it('does not change what it was given, nor can its result be changed', () =>
      withNodes(1, async (_nodes, node) => {
        const given = { id, data: { list: [1] } };
        const registered = (await node?.register(given)) as { data: { list: number[] } };
        expect(given).to.deep.equal({ id, data: { list: [1] } });
        expect(() => registered.data.list.push(2)).to.throw(TypeError);
      }));

    it('resolves to the contact that stands, where the arbiter prefers another', () =>
      withNodes(3, async (_nodes, a, b) => {
        await a?.register({ id, data: 'new', vectorClock: 5 });
        expect(await b?.register({ id, data: 'old', vectorClock: 1 })).to.include({ data: 'new' });
      }));

    it('resolves at once where there is nobody to tell, and tells them as they come', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const first = await nodes.start('a');
        await first.register({ id, data: 'early' });
        const second = await nodes.start('b', ['a']);
        await nodes.runtime.sleep(SECOND);
        nodes.network.crash('a');
        expect(await second.find(id)).to.include({ data: 'early' });
      });
    });

    it("rejects with the signal's reason, and the announce goes on", () =>
      withNodes(3, async (nodes, a, b) => {
        const controller = new AbortController();
        const registering = reasonOf(a?.register({ id }, { signal: controller.signal }) as Promise<unknown>);
        controller.abort('enough');
        expect(await registering).to.equal('enough');
        expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
        await nodes.runtime.sleep(SECOND);
        expect((await b?.find(id))?.id).to.equal(id);
      }));

    for (const [what, contact, code] of badContacts) {
      it(`refuses ${what}`, () =>
        withNodes(1, async (_nodes, node) => {
          await expectCode(node?.register(contact as ContactInput) as Promise<unknown>, code);
          expect(sizeOf(node as Disgover, 'registrations')).to.equal(0);
        }));
    }

    for (const vectorClock of badClocks) {
      it(`refuses a clock: ${typeof vectorClock} ${JSON.stringify(vectorClock)}`, () =>
        withNodes(1, async (_nodes, node) => {
          await expectCode(node?.register({ id, vectorClock }) as Promise<unknown>, 'ERR_BAD_CLOCK');
        }));
    }
  });

  describe('unregister', () => {
    it('ends a registration: nobody finds it any more', () =>
      withNodes(4, async (nodes, first) => {
        const registered = await first?.register({ id, data: 1 });
        expect(await first?.unregister(registered as Contact)).to.equal(true);
        for (const node of nodes.all) expect(await node.find(id)).to.equal(undefined);
        expect(sizeOf(first as Disgover, 'registrations')).to.equal(0);
      }));

    it('takes the id for whatever is registered under it', () =>
      withNodes(3, async (_nodes, a, b) => {
        await a?.register({ id, vectorClock: 7 });
        expect(await a?.unregister(id)).to.equal(true);
        expect(await b?.find(id)).to.equal(undefined);
      }));

    it('takes the contact as it was written for registering', () =>
      withNodes(2, async (_nodes, a, b) => {
        await a?.register({ id, data: 'x' });
        expect(await a?.unregister({ id, data: 'x' })).to.equal(true);
        expect(await b?.find(id)).to.equal(undefined);
      }));

    it('resolves to true for what is not registered, by contact and by id', () =>
      withNodes(2, async (_nodes, node) => {
        expect(await node?.unregister({ id })).to.equal(true);
        expect(await node?.unregister(id)).to.equal(true);
      }));

    it('resolves to false, and changes nothing, when the arbiter keeps what stands', () =>
      withNodes(2, async (_nodes, a, b) => {
        await a?.register({ id, data: 'new', vectorClock: 5 });
        expect(await a?.unregister({ id, data: 'old', vectorClock: 4 })).to.equal(false);
        expect(await b?.find(id)).to.include({ data: 'new' });
      }));

    it('lets the entity be registered again', () =>
      withNodes(4, async (nodes, first, second) => {
        for (const host of [first, second, first]) {
          await host?.register({ id, data: 'x' });
          for (const node of nodes.all)
            expect(await node.find(id, { fresh: true })).to.include({ data: 'x' });
          expect(await host?.unregister(id)).to.equal(true);
          for (const node of nodes.all) expect(await node.find(id, { fresh: true })).to.equal(undefined);
        }
      }));

    it('resolves though nobody can be told', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        await nodes.startMany(2);
        const node = nodes.get('node-0');
        await node.register({ id });
        nodes.network.crash('node-1');
        expect(await node.unregister(id)).to.equal(true);
      });
    });

    for (const [what, contact, code] of [
      ['nothing', undefined, 'ERR_BAD_CONTACT'],
      ['an object without an id', {}, 'ERR_BAD_CONTACT'],
      ['what is no id', 'no id', 'ERR_BAD_ID'],
      ['a number', 5, 'ERR_BAD_CONTACT'],
    ] as const) {
      it(`refuses ${what}`, () =>
        withNodes(1, async (_nodes, node) => {
          await expectCode(node?.unregister(contact as never) as Promise<unknown>, code);
        }));
    }
  });

  describe('find', () => {
    it('resolves to undefined for an id that nobody has', () =>
      withNodes(4, async (_nodes, node) => {
        expect(await node?.find(idOf('nothing'))).to.equal(undefined);
      }));

    it('finds itself and other nodes by their ids', () =>
      withNodes(3, async (_nodes, a, b) => {
        expect(await a?.find(a.id)).to.equal(a?.contact);
        expect(await a?.find(b?.id as string)).to.deep.equal(b?.contact);
      }));

    it('answers from its cache, and asks again when a fresh answer is wanted', () =>
      withNodes(3, async (nodes, a, b) => {
        await a?.register({ id, vectorClock: 1 });
        await b?.find(id);
        const { frames } = nodes.network.counts;
        await b?.find(id);
        expect(nodes.network.counts.frames).to.equal(frames);
        await b?.find(id, { fresh: true });
        expect(nodes.network.counts.frames).to.be.above(frames);
      }));

    it('walks once for a thousand at the same time, of whom each can leave', () =>
      withNodes(30, async (nodes, node) => {
        const last = nodes.all.at(-1);
        await last?.register({ id });
        const { frames } = nodes.network.counts;
        await node?.find(idOf('warm up'));
        const once = nodes.network.counts.frames - frames;
        const controller = new AbortController();
        const before = nodes.network.counts.frames;
        const left = reasonOf(node?.find(id, { signal: controller.signal, fresh: true }) as Promise<unknown>);
        const all = Array.from({ length: 1_000 }, () => node?.find(id, { fresh: true }));
        controller.abort('gone');
        expect(await left).to.equal('gone');
        expect(new Set((await Promise.all(all)).map((found) => found?.id))).to.deep.equal(new Set([id]));
        expect(nodes.network.counts.frames - before).to.be.at.most(2 * once);
      }));

    it('lets holders agree on a set that three hosts share', () =>
      withNodes(
        8,
        async (nodes, a, b, c) => {
          for (const [i, host] of [a, b, c].entries())
            await host?.register({ id, data: { workerNodes: { [`w${i}`]: i } } });
          for (const node of nodes.all) {
            const found = await node.find<{ workerNodes: object }>(id, { agree: 3 });
            expect(found?.data).to.deep.equal({ workerNodes: { w0: 0, w1: 1, w2: 2 } });
          }
        },
        {
          // As a user writes it.
          arbiter(incumbent: Contact<Workers> | undefined, candidate: Contact<Workers>): Contact {
            if (!incumbent?.data?.workerNodes) return candidate;
            if (!candidate.data?.workerNodes) return incumbent;
            const workerNodes = { ...incumbent.data.workerNodes, ...candidate.data.workerNodes };
            return { id: candidate.id, data: { workerNodes } };
          },
        },
      ));

    it('follows a counter written by a user', () =>
      withNodes(
        5,
        async (nodes, a, b) => {
          await a?.register({ id, data: 'one', vectorClock: 1 });
          await b?.register({ id, data: 'two', vectorClock: 2 });
          await a?.register({ id, data: 'late', vectorClock: 1 });
          for (const node of nodes.all)
            expect(await node.find(id, { fresh: true })).to.include({ data: 'two' });
          expect(await b?.unregister({ id, vectorClock: 1 })).to.equal(false);
          expect(await b?.unregister({ id, data: 'two', vectorClock: 2 })).to.equal(true);
        },
        {
          arbiter(incumbent: Contact | undefined, candidate: Contact): Contact {
            const [mine, theirs] = [incumbent?.vectorClock as number, candidate.vectorClock as number];
            if (incumbent === undefined || !mine) return candidate;
            return theirs >= mine ? candidate : incumbent;
          },
        },
      ));

    it('walks over several paths', () =>
      withNodes(20, async (nodes, node) => {
        await nodes.all.at(-1)?.register({ id, data: 1 });
        expect(await node?.find(id, { paths: 3, fresh: true })).to.include({ data: 1 });
        expect(await node?.find(idOf('nothing'), { paths: 3 })).to.equal(undefined);
      }));

    it('rejects where nobody could be reached: not connected is not the same as not found', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const node = await nodes.start('a', ['nobody']);
        await expectCode(node.find(id), 'ERR_NO_NODES');
        const alone = await nodes.start('b');
        await expectCode(alone.find(id), 'ERR_NO_NODES');
      });
    });

    it('rejects past its time', () =>
      withNodes(3, async (nodes, node) => {
        nodes.network.partition(['node-0'], ['node-1', 'node-2']);
        const startMs = nodes.runtime.now();
        await expectCode(node?.find(id, { timeoutMs: 300 }) as Promise<unknown>, 'ERR_LOOKUP_TIMEOUT');
        expect(nodes.runtime.now() - startMs).to.be.within(300, 320);
      }));

    it('refuses the 577th at once', () =>
      withNodes(3, async (nodes, node) => {
        nodes.network.partition(['node-0'], ['node-1', 'node-2']);
        const most = limits.lookups + limits.lookupsQueued;
        const all = Array.from({ length: most }, (_, i) =>
          reasonOf(node?.find(idOf(`x${i}`), { timeoutMs: 500 }) as Promise<unknown>),
        );
        await expectCode(node?.find(idOf('one more')) as Promise<unknown>, 'ERR_BUSY');
        for (const outcome of await Promise.all(all)) expect(outcome).to.be.instanceOf(DisgoverError);
        expect(sizeOf(node as Disgover, 'lookups')).to.equal(0);
      }));

    it("rejects with the signal's reason, at once where it has aborted, with no frame sent", () =>
      withNodes(3, async (nodes, node) => {
        const { frames } = nodes.network.counts;
        const aborted = node?.find(id, { signal: AbortSignal.abort('before') }) as Promise<unknown>;
        expect(await reasonOf(aborted)).to.equal('before');
        expect(nodes.network.counts.frames).to.equal(frames);
        const controller = new AbortController();
        const { signal } = controller;
        const all = [id, idOf('x'), idOf('y')].map((each) =>
          reasonOf(node?.find(each, { signal }) as Promise<unknown>),
        );
        await nodes.runtime.sleep(5);
        expect(getEventListeners(signal, 'abort')).to.have.length(1);
        controller.abort('during');
        expect(await Promise.all(all)).to.deep.equal(['during', 'during', 'during']);
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
        expect(sizeOf(node as Disgover, 'lookups')).to.equal(0);
      }));

    for (const bad of ['', 5, undefined, null, 'no id', 'Zh==', '_w==']) {
      it(`refuses ${JSON.stringify(bad)}`, () =>
        withNodes(1, async (_nodes, node) => {
          await expectCode(node?.find(bad as string) as Promise<unknown>, 'ERR_BAD_ID');
        }));
    }

    for (const [options, code] of [
      [{ agree: 0 }, 'ERR_BAD_OPTION'],
      [{ agree: 21 }, 'ERR_BAD_OPTION'],
      [{ paths: 1.5 }, 'ERR_BAD_OPTION'],
      [{ paths: '2' }, 'ERR_BAD_OPTION'],
      [{ timeoutMs: 0 }, 'ERR_BAD_DURATION'],
      [{ timeoutMs: Number.POSITIVE_INFINITY }, 'ERR_BAD_DURATION'],
      [{ timeoutMs: 2 ** 31 }, 'ERR_BAD_DURATION'],
    ] as const) {
      it(`refuses ${JSON.stringify(options)}`, () =>
        withNodes(1, async (_nodes, node) => {
          await expectCode(node?.find(id, options as object) as Promise<unknown>, code);
        }));
    }
  });

  describe('unreachable', () => {
    it('keeps the contact from being found for a while, and not for ever', () =>
      withNodes(3, async (nodes, a, b) => {
        const registered = await a?.register({ id });
        await b?.find(id);
        b?.unreachable(registered as Contact);
        expect(await b?.find(id)).to.equal(undefined);
        await nodes.runtime.sleep(limits.quarantineFirstMs + limits.missMs);
        expect((await b?.find(id))?.id).to.equal(id);
      }));

    it('does not keep another contact of the same id from being found', () =>
      withNodes(3, async (_nodes, a, b) => {
        const old = await a?.register({ id, data: 'old', vectorClock: 1 });
        await b?.find(id);
        b?.unreachable(old as Contact);
        await a?.register({ id, data: 'new', vectorClock: 2 });
        expect(await b?.find(id)).to.include({ data: 'new' });
      }));

    it('takes a node out of the table', () =>
      withNodes(3, async (_nodes, a, b) => {
        const removed: string[] = [];
        a?.on('nodeRemoved', ({ contact }) => removed.push(contact.id));
        a?.unreachable(b?.contact as Contact);
        expect(removed).to.deep.equal([b?.id]);
      }));
  });

  for (const method of ['unreachable', 'add'] as const) {
    for (const [what, contact, code] of badContacts) {
      it(`${method} refuses ${what}`, () =>
        withNodes(1, async (_nodes, node) => {
          expectThrowsCode(() => node?.[method](contact as ContactInput), code);
        }));
    }

    it(`${method} refuses a contact without an id`, () =>
      withNodes(1, async (_nodes, node) => {
        expectThrowsCode(() => node?.[method]({}), 'ERR_BAD_CONTACT');
      }));
  }

  describe('add', () => {
    it('makes a node known once it has answered at its address', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const [a, b] = [await nodes.start('a'), await nodes.start('b')];
        a.add(b.contact);
        expect(a.routing.size).to.equal(0);
        await nodes.runtime.sleep(SECOND);
        expect(a.snapshot().nodes).to.deep.equal([b.contact]);
        expect([a.state, b.state]).to.deep.equal(['joined', 'joined']);
      });
    });

    context('of a place that is dialled for nobody else', () => {
      /** A node in public, and one in private. */
      async function apart(nodes: SimulatedNodes, options: NodeOptions = {}) {
        const at = (host: string) => guarded(memory({ network: nodes.network, host, port: 6742 }));
        const a = await nodes.start('a', [], { transport: at('8.8.8.8'), ...options });
        return { a, b: await nodes.start('b', [], { transport: at('10.0.0.1') }) };
      }

      it('makes the node known, and dials it from then on', async () => {
        const nodes = new SimulatedNodes(1);
        await nodes.run(async () => {
          const { a, b } = await apart(nodes);
          await expectCode(a.ping(b.contact), 'ERR_DIAL_DENIED');
          a.add({ id: b.id, transport: b.contact.transport as TransportInfo });
          await nodes.runtime.sleep(SECOND);
          expect(a.snapshot().nodes.map(({ id }) => id)).to.deep.equal([b.id]);
          await nodes.runtime.sleep(2 * limits.idleMs); // its session is closed
          expect(await a.find(id, { fresh: true })).to.equal(undefined);
          expect(a.routing.size).to.equal(1);
          await nodes.runtime.sleep(2 * limits.idleMs);
          await expectCode(a.ping({ ...b.contact, id }), 'ERR_DIAL_DENIED');
        });
      });

      it('dials it also once it says something new of itself', async () => {
        const nodes = new SimulatedNodes(1);
        await nodes.run(async () => {
          const { a, b } = await apart(nodes, { arbiter: (_incumbent, candidate) => candidate });
          a.add(b.contact);
          await nodes.runtime.sleep(2 * limits.idleMs);
          await b.close();
          const transport = guarded(memory({ network: nodes.network, host: '10.0.0.1', port: 6742 }));
          const again = await nodes.start('b', [], { transport, data: 'new' });
          for (let times = 0; times < 3; times++) {
            expect(await a.find(id, { fresh: true })).to.equal(undefined);
            await nodes.runtime.sleep(2 * limits.idleMs);
          }
          expect(a.snapshot().nodes).to.deep.equal([again.contact]);
        });
      });

      it('does not dial it where dial.deny forbids it', async () => {
        const nodes = new SimulatedNodes(1);
        await nodes.run(async () => {
          const { a, b } = await apart(nodes, { dial: { deny: ['10.0.0.0/8'] } });
          a.add(b.contact);
          await nodes.runtime.sleep(SECOND);
          expect([a.routing.size, b.routing.size]).to.deep.equal([0, 0]);
        });
      });
    });

    it('does not make known what is at that address under another id', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const [a, b] = [await nodes.start('a'), await nodes.start('b')];
        a.add({ ...b.contact, id: idOf('wrong') });
        await nodes.runtime.sleep(SECOND);
        expect(a.snapshot().nodes.map(({ id }) => id)).not.to.include(idOf('wrong'));
      });
    });
  });

  describe('what the application passes in', () => {
    it('is refused by its name in every call, before anything else', () =>
      withNodes(1, async (_nodes, node) => {
        const a = node as Disgover;
        const wrong = { timeout: 3 } as never;
        const calls: Record<string, () => Promise<unknown>> = {
          start: () => Disgover.start({} as never, wrong),
          register: () => a.register({ id }, wrong),
          unregister: () => a.unregister(id, wrong),
          find: () => a.find(id, wrong),
          lookup: () => a.lookup(id, wrong).next(),
          trace: () => a.trace(id, wrong),
          ping: () => a.ping('h:1', wrong),
        };
        for (const [name, call] of Object.entries(calls)) {
          const { message } = await expectCode(call(), 'ERR_BAD_OPTION');
          expect(message).to.contain(`${name}: unknown option "timeout"`);
        }
        await expectCode(a.find(id, 5 as never), 'ERR_BAD_OPTION');
        expect(await reasonOf(a.find(id))).to.include({ code: 'ERR_NO_NODES' });
      }));

    it('is refused as a secret when it is none, and nothing changes', () =>
      withNodes(1, async (_nodes, node) => {
        const { message } = expectThrowsCode(() => node?.setSecret(undefined as never), 'ERR_BAD_OPTION');
        expect(message).to.contain(
          'secret: 32 bytes, their base64, or a list of such, [] for none; got undefined',
        );
      }));

    it('may throw, and harms nobody: logger and metrics', () => {
      const thrower = () => {
        throw new Error('not today');
      };
      const logger = { debug: thrower, info: thrower, warn: thrower, error: thrower };
      return withNodes(
        3,
        async (_nodes, a, b) => {
          await a?.register({ id, data: 1 });
          expect((await b?.find(id, { fresh: true }))?.data).to.equal(1);
        },
        { logger, metrics: { increment: thrower } },
      );
    });

    it('is refused as an entity when its id is that of the node', () =>
      withNodes(1, async (_nodes, a) => {
        await expectCode(a?.register({ id: a.id, data: 1 }) as Promise<unknown>, 'ERR_BAD_CONTACT');
      }));

    it('is found with what is known here, though fewer agree than were wanted', () =>
      withNodes(1, async (_nodes, a) => {
        const registered = await a?.register({ id, data: 1 });
        expect(await a?.find(id, { agree: 2 })).to.deep.equal(registered);
      }));
  });

  describe('ping', () => {
    it('asks the host whether it hosts the entity', () =>
      withNodes(3, async (_nodes, a, b) => {
        const registered = await a?.register({ id, data: 1 });
        expect(await b?.ping(registered as Contact)).to.deep.equal(registered);
        await a?.unregister(id);
        expect(await b?.ping(registered as Contact)).to.equal(undefined);
        expect(await b?.ping(a?.contact as Contact)).to.deep.equal(a?.contact);
      }));

    it('answers for itself without dialling itself', () =>
      withNodes(2, async (_nodes, a) => {
        const registered = await a?.register({ id, data: 1 });
        expect(await a?.ping(registered as Contact)).to.deep.equal(registered);
        expect(await a?.ping({ ...registered, id: idOf('not here') })).to.equal(undefined);
      }));

    it('tells that the node has answered: it is as fresh as that', () =>
      withNodes(2, async (nodes, a, b) => {
        await nodes.runtime.sleep(30_000);
        const other = b as Disgover;
        await a?.ping(other.contact);
        await a?.find(other.id, { fresh: true });
        const [bucket] = (a as Disgover).routing.health().buckets;
        expect(bucket?.verifiedMsAgo).to.be.below(1_000);
      }));

    it('asks an address who is there', () =>
      withNodes(2, async (_nodes, a, b) => {
        const { type, host, port } = (b as Disgover).contact.transport as TransportInfo;
        expect(await a?.ping(`${type}://${host}:${port}`)).to.deep.equal(b?.contact);
        expect(await b?.ping(`${type}://${host}:${port}`)).to.deep.equal(b?.contact);
        await expectCode(a?.ping('nowhere') as Promise<unknown>, 'ERR_BAD_SEED');
      }));

    it('rejects when nobody is there, or when nobody here can dial it', () =>
      withNodes(2, async (nodes, a, b) => {
        await expectCode(a?.ping(contactOf('x')) as Promise<unknown>, 'ERR_NO_TRANSPORT_FOR');
        const elsewhere = contactOf('x', { transport: { type: 'quic', host: 'h', port: 1 } });
        await expectCode(a?.ping(elsewhere) as Promise<unknown>, 'ERR_NO_TRANSPORT_FOR');
        const contact = b?.contact as Contact;
        await b?.close();
        await nodes.runtime.sleep(SECOND);
        await expectCode(a?.ping(contact) as Promise<unknown>, 'ERR_DIAL_FAILED');
      }));

    it("rejects with the signal's reason", () =>
      withNodes(2, async (nodes, a, b) => {
        const controller = new AbortController();
        const outcome = reasonOf(
          a?.ping(b?.contact as Contact, { signal: controller.signal }) as Promise<unknown>,
        );
        await nodes.runtime.sleep(1);
        controller.abort('enough');
        expect(await outcome).to.equal('enough');
        expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
      }));
  });

  describe('lookup and trace', () => {
    it('show the steps to what is found, the last of which has it', () =>
      withNodes(30, async (nodes, node) => {
        const registered = await nodes.all.at(-1)?.register({ id });
        const steps: LookupStep[] = [];
        for await (const step of (node as Disgover).lookup(id)) steps.push(step);
        expect(steps.at(-1)?.found).to.deep.equal(registered);
        expect(steps.slice(0, -1).filter(({ found }) => found !== undefined)).to.deep.equal([]);
        const trace = await node?.trace(id);
        expect(trace).to.include({ id, end: 'found' });
        expect(trace?.found).to.deep.equal(registered);
        expect(trace?.requests).to.equal(trace?.steps.length);
      }));

    it('show who was asked for what is not there', () =>
      withNodes(6, async (_nodes, node) => {
        const trace = await node?.trace(idOf('nothing'));
        expect(trace).to.include({ end: 'closest', requests: 5 });
        expect(trace).not.to.have.property('found');
      }));

    it('end the requests in flight when the loop is left', () =>
      withNodes(30, async (nodes, node) => {
        // The buckets of the start are filled.
        await nodes.runtime.sleep(40 * SECOND);
        nodes.network.latencyMs = { min: 5, max: 500 };
        for await (const _ of (node as Disgover).lookup(idOf('nothing'))) break;
        expect(sizeOf(node as Disgover, 'lookups')).to.equal(0);
        const { frames } = nodes.network.counts;
        await nodes.runtime.sleep(SECOND);
        // What was asked already is still answered, over new links with a HELLO; nobody else is asked.
        expect(nodes.network.counts.frames - frames).to.be.at.most(6);
      }));

    it('give their place back, however many there are', () =>
      withNodes(4, async (_nodes, a, b) => {
        await a?.register({ id });
        for (let i = 0; i < limits.lookups + 10; i++) await b?.trace(id);
        expect(sizeOf(b as Disgover, 'lookups')).to.equal(0);
      }));

    it('refuse what is no id, and what is no option', () =>
      withNodes(1, async (_nodes, node) => {
        await expectCode(node?.trace('no id') as Promise<unknown>, 'ERR_BAD_ID');
        await expectCode((node as Disgover).lookup(5 as never).next(), 'ERR_BAD_ID');
        await expectCode((node as Disgover).lookup(id, { paths: 0 }).next(), 'ERR_BAD_OPTION');
        await expectCode(node?.trace(id, { timeoutMs: -1 }) as Promise<unknown>, 'ERR_BAD_DURATION');
      }));
  });

  describe('on', () => {
    it('refuses a fact that there is not, and a listener that is none', () =>
      withNodes(1, async (_nodes, node) => {
        const on = (...args: unknown[]) => (node as Disgover).on(...(args as Parameters<Disgover['on']>));
        const { message } = expectThrowsCode(() => on('refuse', () => {}), 'ERR_BAD_OPTION');
        expect(message).to.contain('unknown event "refuse" (did you mean "refused"?); known: nodeAdded, ');
        for (const name of ['toString', '__proto__', 5, undefined, Symbol('refused')])
          expectThrowsCode(() => on(name, () => {}), 'ERR_BAD_OPTION');
        for (const listener of [undefined, null, {}])
          expectThrowsCode(() => on('refused', listener), 'ERR_BAD_OPTION');
      }));

    it('tells of nodes that come and go, until it is told not to', () =>
      withNodes(2, async (nodes, first) => {
        const told: string[] = [];
        const stop = first?.on('nodeAdded', ({ contact }) => told.push(`+${contact.id}`));
        first?.on('nodeRemoved', ({ contact }) => told.push(`-${contact.id}`));
        await nodes.start('c', ['node-0']);
        stop?.();
        await nodes.start('d', ['node-0']);
        expect(told).to.deep.equal([`+${idOf('c')}`]);
      }));

    it('tells of a conflict with both contacts', () =>
      withNodes(3, async (nodes, a, b) => {
        const conflicts: Conflict[] = [];
        for (const node of nodes.all) node.on('conflict', (conflict) => conflicts.push(conflict));
        await a?.register({ id, data: 'new', vectorClock: 5 });
        await b?.register({ id, data: 'old', vectorClock: 1 });
        expect(conflicts.length).to.be.above(0);
        for (const { standing } of conflicts) expect(standing).to.include({ data: 'new' });
      }));

    it('tells of an arbiter at fault, whose incumbent stays', () =>
      withNodes(
        3,
        async (nodes, a, b) => {
          const codes: string[] = [];
          for (const node of nodes.all) node.on('arbiterFault', ({ code }) => codes.push(code));
          await a?.register({ id, data: 1 });
          expect(codes).to.include('ARBITER_BAD_RESULT');
          expect(await b?.find(id)).to.include({ data: 1 });
        },
        { arbiter: () => undefined as never },
      ));

    it('tells of a peer that is refused', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        const first = await nodes.start('a', [], { group: 'one' });
        const codes: string[] = [];
        first.on('refused', ({ code }) => codes.push(code));
        await nodes.start('b', ['a'], { group: 'two' });
        expect(codes).to.include('GROUP_MISMATCH');
      });
    });

    it('is not harmed by a listener that throws, or that closes the node', () =>
      withNodes(2, async (nodes, first) => {
        const errors: unknown[] = [];
        first?.on('observerError', ({ event }) => errors.push(event));
        first?.on('nodeAdded', () => {
          throw new Error('broken');
        });
        first?.on('nodeAdded', () => void first.close());
        await nodes.start('c', ['node-1']);
        await nodes.runtime.sleep(SECOND);
        expect(errors).to.include('nodeAdded');
      }));
  });

  describe('snapshot', () => {
    it('is a JSON value with the nodes of the table and every collection with its bound', () =>
      withNodes(3, async (_nodes, node) => {
        await node?.register({ id });
        const snapshot = node?.snapshot();
        expect(JSON.parse(JSON.stringify(snapshot))).to.deep.equal(snapshot);
        expect(snapshot?.nodes).to.have.length(2);
        expect(snapshot).to.include({ state: 'joined' });
        for (const { name, size, cap } of snapshot?.collections ?? []) {
          if (cap !== undefined) expect(size, name).to.be.at.most(cap);
          else
            expect(name).to.be.oneOf(['registrations', 'republications', 'withdrawals', 'relayedEntities']);
        }
      }));

    it('has seeds for the next start', async () => {
      const nodes = new SimulatedNodes(1);
      await nodes.run(async () => {
        await nodes.startMany(3);
        const { nodes: seeds } = nodes.get('node-0').snapshot();
        const again = await nodes.start('again', [], { seeds });
        expect([again.state, again.routing.size]).to.deep.equal(['joined', 3]);
      });
    });

    it('shows the health of the table', () =>
      withNodes(5, async (_nodes, node) => {
        const health = node?.routing.health();
        expect(health?.size).to.equal(4);
        expect(health?.buckets.reduce((sum, { size }) => sum + size, 0)).to.equal(4);
      }));
  });

  describe('close', () => {
    it('rejects every later call, and every call under way', () =>
      withNodes(3, async (nodes, node) => {
        const started = node as Disgover;
        const { contact } = nodes.get('node-1');
        nodes.network.partition(['node-0'], ['node-1', 'node-2']);
        const underWay = [
          started.find(id),
          started.trace(id),
          started.register({ id }),
          started.ping(contact),
          started.lookup(idOf('x')).next(),
        ].map(reasonOf);
        await nodes.runtime.sleep(1);
        await started.close();
        for (const outcome of await Promise.all(underWay)) expect(outcome).to.include({ code: 'ERR_CLOSED' });
        await expectCode(started.find(id), 'ERR_CLOSED');
        await expectCode(started.trace(id), 'ERR_CLOSED');
        await expectCode(started.register({ id }), 'ERR_CLOSED');
        await expectCode(started.unregister(id), 'ERR_CLOSED');
        await expectCode(started.ping(contact), 'ERR_CLOSED');
        await expectCode(started.lookup(id).next(), 'ERR_CLOSED');
        expectThrowsCode(() => started.add(contact), 'ERR_CLOSED');
        expectThrowsCode(() => started.unreachable(contact), 'ERR_CLOSED');
      }));

    it('is done once, and by `await using`', () =>
      withNodes(2, async (_nodes, node) => {
        const [first, second] = [node?.close(), node?.[Symbol.asyncDispose]()];
        expect(first).to.equal(second);
        await first;
        expect(node?.snapshot().collections.find(({ name }) => name === 'sessions')?.size).to.equal(0);
      }));

    it('tells nobody of nodes that leave', () =>
      withNodes(3, async (nodes, node) => {
        const told: unknown[] = [];
        node?.on('nodeRemoved', (event) => told.push(event));
        node?.on('state', (event) => told.push(event));
        await node?.close();
        await nodes.runtime.sleep(10 * SECOND);
        expect(told).to.deep.equal([]);
      }));
  });
});

interface Workers {
  readonly workerNodes?: Readonly<Record<string, unknown>>;
}
