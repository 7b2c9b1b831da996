// Names that nobody can take over: each contact is signed by the key that registered it, and every node checks that it is.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contact, Disgover, idOf } from 'disgover';
import { signed } from 'disgover/arbiters/signed';
import { openIdentity } from 'disgover/key-file';
import { tcp } from 'disgover/transports/tcp';

const folder = await mkdtemp(join(tmpdir(), 'signed-contacts-'));

/** A node with a key of its own, which is made at its first start and kept. `signed()` is called for each node. */
async function start(name: string, ...seeds: Contact[]): Promise<Disgover> {
  const identity = await openIdentity(join(folder, `${name}.key`));
  return Disgover.start({
    transport: tcp(),
    identity,
    requireIdentity: true,
    seeds,
    group: 'bank',
    ...signed(),
  });
}

const first = await start('first');
const [bank, client] = [await start('bank', first.contact), await start('client', first.contact)];

const id = idOf('payments');
const show = async (what: string): Promise<void> => {
  const found = await client.find<{ url: string }>(id, { fresh: true });
  console.log(`${what}:`.padEnd(18), found?.data?.url ?? 'nobody has it');
};

await bank.register({ id, data: { url: 'https://10.0.0.7' } });
await show('registered');

// Another member of the group, with a key of its own, would like to have the name.
const thief = await start('thief', first.contact);
thief.on('conflict', () => {}); // tells it that the name is taken
await thief.register({ id, data: { url: 'https://10.6.6.6' } });
await show('claimed');
await thief.unregister(id);
await show('withdrawn by it');

// Its owner changes it, ends it, and starts again: with the same key, later also from another process.
await bank.register({ id, data: { url: 'https://10.0.0.8' } });
await show('changed');
await bank.unregister(id);
await show('ended');
await bank.register({ id, data: { url: 'https://10.0.0.9' } });
await show('registered again');

await Promise.all([first, bank, client, thief].map((node) => node.close()));
await rm(folder, { recursive: true });
