// What the nodes of the demo do, one step each: do it, check what came of it, show it.

import type { Contact, ContactInput } from '../../index.js';
import { idOf } from '../../index.js';
import { transportText } from '../contact-text.js';
import type { DemoProcess } from './demo-process.js';
import type { Shown, Stage } from './stage.js';

/** What a contact has to say when it is the right one; undefined when it is not. */
export type Expected = (contact: Contact) => string | undefined;

/** Whatever is found, crash or not, is found within this time. */
const SOON_MS = 1_000;

export class Scene {
  readonly #nodes: readonly DemoProcess[];
  readonly #stage: Stage;

  constructor(nodes: readonly DemoProcess[], stage: Stage) {
    this.#nodes = nodes;
    this.#stage = stage;
  }

  /** The right contact is one that this node hosts, in this version. */
  at(host: DemoProcess, clock: number): Expected {
    return ({ transport, vectorClock }) =>
      transportText(transport) === host.address && vectorClock === clock
        ? `at ${host.name}, ${host.endpoint}, clock ${clock}`
        : undefined;
  }

  starts(node: DemoProcess): Promise<void> {
    return this.#stage.step({ who: node.name, does: 'starts' }, async () => {
      const { ms } = await node.start([]);
      return { result: `${node.endpoint}, process ${node.pid}`, ms };
    });
  }

  joins(node: DemoProcess, seed: DemoProcess): Promise<void> {
    return this.#stage.step({ who: node.name, does: 'joins', what: `through ${seed.name}` }, async () => {
      const { value, ms } = await node.start([seed.address]);
      if (value.nodes === 0) throw new Error(`nobody answered at ${seed.address}`);
      return { result: `${node.endpoint}, process ${node.pid}`, ms };
    });
  }

  registers(host: DemoProcess, name: string, data: unknown, result: string): Promise<void> {
    return this.#stage.step({ who: host.name, does: 'registers', what: name }, async () => {
      const { ms } = await host.call('register', { id: idOf(name), data });
      return { result, ms };
    });
  }

  /** Hosts what another node hosted, as a newer version: `next` makes it of the one that is found. */
  takesOver(host: DemoProcess, name: string, next: (found: Contact) => ContactInput): Promise<void> {
    return this.#stage.step({ who: host.name, does: 'registers', what: name }, async () => {
      const { value: found } = await host.call('find', idOf(name));
      if (found.contact === undefined) throw new Error('nobody has it');
      const { value: contact, ms } = await host.call('register', next(found.contact));
      return { result: expect(contact, this.at(host, 1)), ms };
    });
  }

  /** Asks around even for what is known at home, so that there is a way to be shown. */
  asks(node: DemoProcess, name: string, expected: Expected): Promise<void> {
    return this.#stage.step({ who: node.name, does: 'asks for', what: name }, async () => {
      const { found, steps, hops, ms } = (await node.call('trace', idOf(name))).value;
      checkSoon(node, ms);
      return { result: expect(found, expected), from: this.#nameOf(steps.at(-1)?.id), hops, ms };
    });
  }

  finds(node: DemoProcess, name: string, expected: Expected): Promise<void> {
    return this.#stage.step({ who: node.name, does: 'finds', what: name }, async () => {
      const { contact, ...way } = await findOf(node, name);
      return { result: expect(contact, expected), ...(way.hops === 0 && { from: node.name }), ...way };
    });
  }

  findsNothing(node: DemoProcess, name: string, result: string): Promise<void> {
    return this.#stage.step({ who: node.name, does: 'finds', what: name }, async () => {
      const { contact, ...way } = await findOf(node, name);
      if (contact !== undefined) throw new Error(`found ${JSON.stringify(contact)}`);
      return { result, ...way };
    });
  }

  /** Every node finds the same; the slowest of them is shown. */
  allFind(name: string, expected: Expected): Promise<void> {
    return this.#stage.step({ who: 'all', does: 'find', what: name }, async () => {
      const finds = await Promise.all(this.#nodes.map((node) => findOf(node, name)));
      const [result = ''] = finds.map(({ contact }) => expect(contact, expected));
      return {
        result,
        hops: Math.max(...finds.map(({ hops }) => hops)),
        ms: Math.max(...finds.map(({ ms }) => ms)),
      };
    });
  }

  crashes(node: DemoProcess): Promise<void> {
    return this.#stage.step({ who: node.name, does: 'is killed' }, async () => {
      const startedAt = performance.now();
      await node.kill();
      return { result: `SIGKILL to process ${node.pid}`, ms: performance.now() - startedAt };
    });
  }

  /** Asks the host of a contact, which is gone, and leaves the contact aside from then on. */
  missesHost(node: DemoProcess, name: string, host: DemoProcess): Promise<void> {
    return this.#stage.step({ who: node.name, does: 'pings', what: name }, async () => {
      const { contact } = (await node.call('find', idOf(name))).value;
      if (contact === undefined) throw new Error('nobody has it');
      const { value: code, ms } = await node.call('ping', contact);
      if (code === 'answers') throw new Error(`${host.name} answers`);
      await node.call('unreachable', contact);
      return { result: `${host.name} is gone: ${code}`, ms };
    });
  }

  #nameOf(id: string | undefined): string {
    return this.#nodes.find((node) => node.id === id)?.name ?? 'elsewhere';
  }
}

async function findOf(
  node: DemoProcess,
  name: string,
): Promise<Required<Pick<Shown, 'ms' | 'hops'>> & { readonly contact: Contact | undefined }> {
  const id = idOf(name);
  const { value, ms } = await node.call('find', id);
  checkSoon(node, ms);
  const hops = value.isFromHere ? 0 : (await node.call('trace', id)).value.hops;
  return { contact: value.contact, hops, ms };
}

function checkSoon({ name }: DemoProcess, ms: number): void {
  if (ms > SOON_MS) throw new Error(`${name} took ${ms.toFixed(0)} ms, more than ${SOON_MS} ms`);
}

function expect(contact: Contact | undefined, expected: Expected): string {
  if (contact === undefined) throw new Error('nobody has it');
  const result = expected(contact);
  if (result === undefined) throw new Error(`found ${JSON.stringify(contact)}`);
  return result;
}
