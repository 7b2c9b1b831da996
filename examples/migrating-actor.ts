// An actor moves from one node to another. Its contact goes along under a newer clock, and the newer clock wins everywhere:
// at its holders, and at the node that the actor has left.

import { Disgover, idOf } from 'disgover';
import { advance, vectorClock } from 'disgover/arbiters/vector-clock';
import { tcp } from 'disgover/transports/tcp';

interface Whereabouts {
  readonly city: string;
}

// `vectorClock()` is the default; it is written out to show where an arbiter goes.
const start = (...seeds: Disgover[]) =>
  Disgover.start({ transport: tcp(), seeds: seeds.map(({ contact }) => contact), ...vectorClock() });

const berlin = await start();
const paris = await start(berlin);
const everybody = [berlin, paris, await start(berlin), await start(paris), await start(berlin, paris)];

const cart = await berlin.register({ id: idOf('cart-42'), data: { city: 'berlin' } });

/** Asks every node anew. */
async function seenBy(nodes: readonly Disgover[]): Promise<string> {
  const contacts = await Promise.all(nodes.map((node) => node.find<Whereabouts>(cart.id, { fresh: true })));
  return contacts.map((contact) => contact?.data?.city ?? 'nowhere').join(' ');
}

console.log('registered:', await seenBy(everybody));

// First the new home, then the old one lets go, by id: at no moment is the actor nowhere.
const moved = await paris.register({ ...advance(cart), data: { city: 'paris' } });
await berlin.unregister(cart.id);
const afterwards = await seenBy(everybody);
console.log('moved:     ', afterwards);

// Somebody who missed the move cannot undo it: `register` resolves to what stands.
const standing = await berlin.register(cart);
console.log('old again: ', await seenBy(everybody));
await berlin.unregister(cart.id);

// What has ended is nowhere, and its old contact does not come back.
await paris.unregister(moved);
const atLast = await seenBy(everybody);
console.log('ended:     ', atLast);

await Promise.all(everybody.map((node) => node.close()));
if (afterwards !== 'paris paris paris paris paris') throw new Error('the move was not seen by everybody');
if (standing.vectorClock !== 1) throw new Error('an older contact won');
if (!/^nowhere( nowhere){4}$/.test(atLast)) throw new Error('the actor has come back');
