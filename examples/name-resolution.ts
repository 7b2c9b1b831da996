// Names to endpoints, as DNS does it, without a name server: any node publishes a name, any node resolves it.

import { Disgover, type DisgoverError, idOf } from 'disgover';
import { advance } from 'disgover/arbiters/vector-clock';
import { tcp } from 'disgover/transports/tcp';

interface Service {
  readonly endpoints: readonly string[];
}

/** The endpoints of a name, or `undefined` when there is no such name. */
async function resolve(node: Disgover, name: string): Promise<readonly string[] | undefined> {
  const contact = await node.find<Service>(idOf(name), { signal: AbortSignal.timeout(5_000) });
  return contact?.data?.endpoints;
}

const first = await Disgover.start({ transport: tcp() });
const join = () => Disgover.start({ transport: tcp(), seeds: [first.contact] });
const [web, mail, client] = [await join(), await join(), await join()];

const www = await web.register({
  id: idOf('www.example'),
  data: { endpoints: ['10.0.0.7:80', '10.0.0.8:80'] },
});
await mail.register({ id: idOf('mail.example'), data: { endpoints: ['10.0.1.5:25'] } });

for (const name of ['www.example', 'mail.example', 'ftp.example']) {
  const endpoints = await resolve(client, name);
  console.log(name, '→', endpoints?.join(', ') ?? 'no such name');
}

// The next version of a contact has a newer clock, by which it replaces the one before.
await web.register({ ...advance(www), data: { endpoints: ['10.0.0.9:80'] } });
const renewed = await resolve(client, 'www.example');
console.log('www.example', '→', renewed?.join(', '), '(renewed)');

// No such name and no network are different answers.
const lonely = await Disgover.start({ transport: tcp() });
const failure = await resolve(lonely, 'www.example').catch((error: DisgoverError) => error.code);
console.log('without a network →', failure);

await Promise.all([first, web, mail, client, lonely].map((node) => node.close()));
if (renewed?.[0] !== '10.0.0.9:80') throw new Error('the old endpoints were found');
if (failure !== 'ERR_NO_NODES') throw new Error('a node without a network claims to know');
