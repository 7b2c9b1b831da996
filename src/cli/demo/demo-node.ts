// One of the demo's processes: a node, and the calls that the demo makes to it over the channel between parent and child.

import { gSet } from '../../../arbiters/g-set.js';
import { tcp } from '../../../transports/tcp/index.js';
import {
  type Contact,
  type ContactInput,
  Disgover,
  type DisgoverError,
  type LookupTrace,
} from '../../index.js';

/** Where sets of workers are in `data`. Whatever else is in a contact goes by the vector clock. */
const arbiter = gSet({ path: 'workers' });

let node: Disgover;

/** What the demo can ask of a node: JSON goes in and comes out. */
const calls = {
  /** Who the node is, and how many others it knows. */
  async start(seeds: readonly string[]): Promise<{ contact: Contact; nodes: number }> {
    node = await Disgover.start({ transport: tcp(), seeds, ...arbiter });
    return { contact: node.contact, nodes: node.routing.size };
  },
  register: (contact: ContactInput): Promise<Contact> => node.register(contact),
  /** `isFromHere`: no other node was asked. */
  async find(id: string): Promise<{ contact?: Contact; isFromHere: boolean }> {
    const finding = node.find(id);
    // No answer of another process arrives before the event loop turns.
    const turn = new Promise<false>((resolve) => setImmediate(resolve, false));
    const isFromHere = await Promise.race([finding.then(() => true), turn]);
    const contact = await finding;
    return { ...(contact && { contact }), isFromHere };
  },
  trace: (id: string): Promise<LookupTrace> => node.trace(id),
  /** Resolves to the code of the failure where the host does not answer. */
  ping: (contact: ContactInput): Promise<string> =>
    node.ping(contact).then(
      () => 'answers',
      ({ code }: DisgoverError) => code,
    ),
  async unreachable(contact: ContactInput): Promise<void> {
    node.unreachable(contact);
  },
};

export type Calls = typeof calls;

export interface Request {
  readonly number: number;
  readonly name: keyof Calls;
  readonly args: readonly unknown[];
}

export interface Reply {
  readonly number: number;
  readonly value?: unknown;
  readonly fault?: string;
  /** How long the call took, without the way to this process and back. */
  readonly ms: number;
}

/** Answers until the parent is gone, whichever way it went. */
export function serveDemo(): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ number, name, args }: Request) => {
    const startedAt = performance.now();
    let outcome: { value?: unknown; fault?: string };
    try {
      outcome = { value: await (calls[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args) };
    } catch (fault) {
      outcome = { fault: (fault as Error).message };
    }
    const reply: Reply = { number, ...outcome, ms: performance.now() - startedAt };
    // Whoever asked may be gone: then this process goes, too, and says nothing.
    process.send?.(reply, (fault: Error | null) => fault && process.exit());
  });
}
