// A network for the pages, and the pages: three nodes that speak TCP alone, two that speak WebSocket too, and an entity to find.

import { fileURLToPath } from 'node:url';
import { Disgover, idOf, type Seed } from 'disgover';
import { tcp } from 'disgover/transports/tcp';
import { ws } from 'disgover/transports/ws';
import { createServer } from 'vite';

/** Where the page lies, below the address that the pages are served at. */
const path = '/examples/browser/';
let seed = '';

const pages = await createServer({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [
    {
      name: 'page',
      configureServer({ middlewares }) {
        middlewares.use((request, response, next) => {
          if (request.url !== '/') return next();
          response.writeHead(302, { Location: `${path}?seed=${seed}` }).end();
        });
      },
    },
  ],
});
await pages.listen();

/** The pages that may join: those that are served here. */
const local = pages.resolvedUrls?.local[0] ?? '';
const { protocol, port } = new URL(local);
const origins = ['localhost', '127.0.0.1'].map((host) => `${protocol}//${host}:${port}`);

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

const info = [first.contact.transport].flat().find((info) => info?.type === 'ws');
seed = `ws://${info?.host}:${info?.port}`;
console.log('seed: ', seed);
console.log('page: ', local);
console.log('plain:', `${local.slice(0, -1)}${path}plain.html?seed=${seed}`);

process.once('SIGINT', async () => {
  await Promise.all([...nodes, host].map((node) => node.close()));
  await pages.close();
});
