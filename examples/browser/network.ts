// A network for the page: three nodes that speak TCP alone, two that speak WebSocket too, and an entity to find.

import { Disgover, idOf, type Seed } from 'disgover';
import { tcp } from 'disgover/transports/tcp';
import { ws } from 'disgover/transports/ws';

/** Where the pages come from that may join: `npx vite` serves them there. */
const origins = ['http://localhost:5173', 'http://127.0.0.1:5173'];

const first = await Disgover.start({
  transport: [tcp(), ws({ origins, port: Number(process.argv[2] ?? 0) })],
});
const seeds: Seed[] = [first.contact];
const nodes = [
  first,
  await Disgover.start({ transport: [tcp(), ws({ origins })], seeds }),
  await Disgover.start({ transport: tcp(), seeds }),
  await Disgover.start({ transport: tcp(), seeds }),
];
const host = await Disgover.start({ transport: tcp(), seeds });
await host.register({ id: idOf('greeter'), data: { greeting: 'hello from a node that speaks TCP alone' } });

const { host: name, port } = [first.contact.transport].flat().find((info) => info?.type === 'ws') ?? {};
const seed = `ws://${name}:${port}`;
console.log('seed:', seed);
console.log(`page: http://localhost:5173/examples/browser/?seed=${seed}`);

process.once('SIGINT', () => Promise.all([...nodes, host].map((node) => node.close())));
