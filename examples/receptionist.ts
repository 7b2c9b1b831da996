// The receptionist of an actor system: actors register where they run, under their own id and under the service that they
// offer; whoever needs the service finds its actors, and each actor's host, from any node.

import { type ContactId, Disgover, idOf } from 'disgover';
import { gSet } from 'disgover/arbiters/g-set';
import { tcp } from 'disgover/transports/tcp';

interface Listing {
  /** The ids of the actors that offer a service: a set that several nodes write to. */
  readonly actors: readonly ContactId[];
}

interface Actor {
  readonly greeting: string;
  /** Where its host takes messages for it. */
  readonly mailbox: string;
}

class Receptionist {
  readonly #node: Disgover;

  constructor(node: Disgover) {
    this.#node = node;
  }

  async register(service: string, actor: Actor): Promise<void> {
    const { id } = await this.#node.register({ data: actor }); // no id: a new one is made
    await this.#node.register({ id: idOf(service), data: { actors: [id] } });
  }

  async find(service: string): Promise<Actor[]> {
    const listing = await this.#node.find<Listing>(idOf(service), { agree: 3 });
    const actors = (listing?.data?.actors ?? []).map((id) => this.#node.find<Actor>(id));
    return (await Promise.all(actors)).flatMap((contact) => contact?.data ?? []);
  }
}

const options = { group: 'actors', ...gSet({ path: 'actors' }) };
const first = await Disgover.start({ transport: tcp(), ...options });
const join = () => Disgover.start({ transport: tcp(), seeds: [first.contact], ...options });
const [monday, tuesday, client] = [await join(), await join(), await join()];

await Promise.all([
  new Receptionist(monday).register('greeter', { greeting: 'hello', mailbox: '10.0.0.1:9000' }),
  new Receptionist(tuesday).register('greeter', { greeting: 'bonjour', mailbox: '10.0.0.2:9000' }),
]);

const greeters = await new Receptionist(client).find('greeter');
for (const { greeting, mailbox } of greeters) console.log(`the greeter at ${mailbox} says ${greeting}`);
console.log('gardeners:', (await new Receptionist(client).find('gardener')).length);

await Promise.all([first, monday, tuesday, client].map((node) => node.close()));
if (greeters.length !== 2) throw new Error(`expected two greeters, found ${greeters.length}`);
