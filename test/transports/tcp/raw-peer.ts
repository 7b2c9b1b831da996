import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Link, LinkCloseReason } from '../../../src/plugin.js';

/** A TCP server that is no transport, with the first socket it accepts. */
export async function rawServer() {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection').then(([socket]: Socket[]) => socket as Socket);
  const { port } = server.address() as AddressInfo;
  return {
    info: { type: 'tcp', host: '127.0.0.1', port },
    accepted,
    async close() {
      const closed = once(server, 'close');
      server.close();
      (await accepted).destroy();
      await closed;
    },
  };
}

/** Opens a link and collects what it tells. */
export function listenTo(link: Link) {
  const frames: string[] = [];
  let partialFrames = 0;
  const closed = new Promise<LinkCloseReason | undefined>((resolve) => {
    link.open({
      onFrame: (frame) => frames.push(Buffer.from(frame).toString()),
      onPartialFrame: () => partialFrames++,
      onClose: resolve,
    });
  });
  return { frames, closed, partialFrames: () => partialFrames };
}
