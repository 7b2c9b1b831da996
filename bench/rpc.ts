// PINGs a second between two processes over TCP, beside a bare exchange of messages over a socket in the same run.

import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Contact, Disgover, tcp } from './lib/disgover.js';
import { integers } from './lib/flags.js';
import { MESSAGE_BYTES, Messages } from './lib/messages.js';
import { digits, printTable } from './lib/report.js';
import { median } from './lib/stats.js';
import type { RpcPeer } from './rpc-peer.js';

/** Sends one and resolves when it was answered. */
type Exchange = () => Promise<unknown>;

export async function run(args: readonly string[]): Promise<void> {
  const { rounds, ms } = integers(args, { rounds: 5, ms: 1_000 });
  const child = fork(fileURLToPath(new URL('rpc-peer.ts', import.meta.url)), { execArgv: ['--import=tsx'] });
  const node = await Disgover.start({ transport: tcp() });
  try {
    const [{ contact, echoPort }] = (await once(child, 'message')) as [RpcPeer];
    const socket = connect({ port: echoPort, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    // As an application has it from a find, and as one that it has made itself: that is checked and encoded at each call.
    const given = (await node.ping(contact)) as Contact;
    const pings: readonly [string, Exchange][] = [
      ['as given', () => node.ping(given)],
      ['by hand', () => node.ping(contact)],
    ];
    const echo = echoOver(socket);
    await prove(node, contact, echo);

    const rows = [['contact', 'in flight', 'PING a second', 'echo a second', 'ratio']];
    for (const [kind, ping] of pings) {
      for (const inFlight of [1, 64]) {
        const [asked, echoed]: [number[], number[]] = [[], []];
        // The first round warms both up. Side by side in each, so that both meet the same machine.
        for (let round = 0; round <= rounds; round++) {
          const [pingRate, echoRate] = [await rate(ping, inFlight, ms), await rate(echo, inFlight, ms)];
          if (round === 0) continue;
          asked.push(pingRate);
          echoed.push(echoRate);
        }
        const ratio = digits(median(asked.map((pingRate, i) => pingRate / (echoed[i] as number))), 2);
        rows.push([kind, String(inFlight), digits(median(asked), 0), digits(median(echoed), 0), ratio]);
      }
    }
    console.log(`rpc / ${rounds} rounds of ${digits(ms, 0)} ms, medians`);
    printTable(rows);
    socket.destroy();
  } finally {
    await node.close();
    await ended(child);
  }
}

/** Both answer what they should, before either is timed. */
async function prove(node: Disgover, contact: Contact, echo: () => Promise<Buffer>): Promise<void> {
  deepStrictEqual(await node.ping(contact), contact);
  strictEqual(await node.ping({ ...contact, id: Buffer.from('nobody').toString('base64') }), undefined);
  const [first, second] = await Promise.all([echo(), echo()]);
  strictEqual(first.length, MESSAGE_BYTES);
  strictEqual(second.readUInt32BE(), first.readUInt32BE() + 1);
}

/** Each message is a write of its own, numbered, and answered in order. */
function echoOver(socket: Socket): () => Promise<Buffer> {
  const waiting: ((message: Buffer) => void)[] = [];
  const messages = new Messages();
  socket.on('data', (chunk) => {
    for (const message of messages.push(chunk)) waiting.shift()?.(message);
  });
  let sent = 0;
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      const message = Buffer.alloc(MESSAGE_BYTES);
      message.writeUInt32BE(sent++);
      socket.write(message);
    });
}

/** Exchanges a second, so many at a time, for about so long. */
async function rate(exchange: Exchange, inFlight: number, ms: number): Promise<number> {
  const startedAt = performance.now();
  let count = 0;
  const worker = async () => {
    while (performance.now() - startedAt < ms) {
      await exchange();
      count++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (1_000 * count) / (performance.now() - startedAt);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.disconnect();
  await once(child, 'exit');
}
