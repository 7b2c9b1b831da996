// The sockets of a group: one that hears what is said to all at the common port, and for each interface one that speaks, at a port
// of its own, where answers come in: at the common port, of the processes of one machine only the last would hear them.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { endpoint } from '../../address/host.js';
import { DisgoverError } from '../../errors.js';
import { type Interface, interfaceNames, interfacesOf, ownAddresses, wireOf } from './interfaces.js';
import type { MulticastTarget } from './options.js';

/** Packets stay on the wire. */
const HOPS = 1;

interface Mouth extends Interface {
  readonly socket: Socket;
}

export interface Sender {
  readonly address: string;
  readonly port: number;
  /** On this machine. */
  readonly isLocal: boolean;
}

export type OnPacket = (bytes: Buffer, from: Sender) => void;

export class GroupSockets {
  readonly #target: MulticastTarget;
  readonly #onPacket: OnPacket;
  readonly #ear: Socket;
  // Bounded by the interfaces there are, and their ceiling.
  #mouths: readonly Mouth[] = [];
  // As of the last refresh: a flood of packets is not to make the system look them up for each.
  #own: ReadonlySet<string> = new Set();
  #isClosed = false;

  private constructor(target: MulticastTarget, onPacket: OnPacket) {
    this.#target = target;
    this.#onPacket = onPacket;
    this.#ear = this.#createSocket(true);
  }

  /** @throws DisgoverError `ERR_MULTICAST_FAILED`. */
  static async open(target: MulticastTarget, onPacket: OnPacket): Promise<GroupSockets> {
    const sockets = new GroupSockets(target, onPacket);
    try {
      await bound(sockets.#ear, target.port);
      await sockets.refresh();
      if (sockets.#mouths.length > 0) return sockets;
    } catch (cause) {
      await sockets.close();
      throw failed(target, cause);
    }
    await sockets.close();
    const wanted = target.interface === undefined ? 'no interface is up' : `no interface ${target.interface}`;
    throw new DisgoverError(
      'MULTICAST_FAILED',
      `${wanted} for ${target.family}; there are: ${interfaceNames()}`,
    );
  }

  /** Takes up interfaces that have come, and lets go of those that are gone. Whether there were any. */
  async refresh(): Promise<boolean> {
    this.#own = ownAddresses();
    const now = interfacesOf(this.#target.family, this.#target.interface);
    const gone = this.#mouths.filter((mouth) => !now.some((one) => isSame(one, mouth)));
    const come = now.filter((one) => !this.#mouths.some((mouth) => isSame(one, mouth)));
    const left = this.#mouths.filter((mouth) => !gone.includes(mouth));
    this.#mouths = left;
    for (const mouth of gone) {
      mouth.socket.close();
      this.#leave(mouth);
    }
    const opened = await Promise.all(come.map((one) => this.#speakOn(one)));
    const ready = opened.flatMap((mouth) => mouth ?? []);
    if (this.#isClosed) for (const { socket } of ready) socket.close();
    else this.#mouths = [...left, ...ready];
    return gone.length > 0 || ready.length > 0;
  }

  /** Says it to all; resolves when the packets have left. What cannot be sent is lost, as packets are. */
  async tellAll(packet: Buffer): Promise<void> {
    const { address, port, isBroadcast } = this.#target;
    await Promise.all(
      this.#mouths.map(({ socket, handle }) => {
        const zone = isBroadcast || !handle.startsWith('::%') ? '' : handle.slice(2);
        return sent(socket, packet, port, `${address}${zone}`);
      }),
    );
  }

  /** Says it to one, who is on a wire of ours. */
  async tell(packet: Buffer, { address, port }: Sender): Promise<void> {
    const mouth = wireOf(address, this.#mouths);
    if (mouth !== undefined) await sent(mouth.socket, packet, port, address);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const sockets = [this.#ear, ...this.#mouths.map(({ socket }) => socket)];
    this.#mouths = [];
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
  }

  async #speakOn(one: Interface): Promise<Mouth | undefined> {
    const { family, isBroadcast } = this.#target;
    const socket = this.#createSocket(false);
    try {
      await bound(socket, 0, family === 'IPv4' ? one.address : undefined);
      if (isBroadcast) socket.setBroadcast(true);
      else {
        socket.setMulticastInterface(one.handle);
        socket.setMulticastTTL(HOPS);
        // Other processes of this machine hear it, too.
        socket.setMulticastLoopback(true);
        this.#join(one);
      }
      return { ...one, socket };
    } catch {
      // An interface that is on its way up or down; it is looked at again.
      socket.close();
      return undefined;
    }
  }

  #join(one: Interface): void {
    try {
      this.#ear.addMembership(this.#target.address, one.handle);
    } catch (fault) {
      // It came back before its end was seen.
      if ((fault as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw fault;
    }
  }

  #leave(one: Interface): void {
    try {
      if (!this.#target.isBroadcast) this.#ear.dropMembership(this.#target.address, one.handle);
    } catch {
      // The system has done so with the interface.
    }
  }

  #createSocket(reuseAddr: boolean): Socket {
    const isIPv6 = this.#target.family === 'IPv6';
    const socket = createSocket({
      type: isIPv6 ? 'udp6' : 'udp4',
      reuseAddr,
      ...(isIPv6 && { ipv6Only: true }),
    });
    socket.on('error', () => {}); // of a packet that did not leave: who waits for it is told
    socket.on('message', (bytes, from: RemoteInfo) => {
      const [host = ''] = from.address.split('%');
      const isLocal = this.#own.has(host);
      if (!this.#isClosed && (isLocal || wireOf(from.address, this.#mouths) !== undefined))
        this.#onPacket(bytes, { address: from.address, port: from.port, isLocal });
    });
    socket.unref();
    return socket;
  }
}

function isSame(a: Interface, b: Interface): boolean {
  return a.name === b.name && a.address === b.address && a.handle === b.handle;
}

async function bound(socket: Socket, port: number, address?: string): Promise<void> {
  socket.bind({ port, ...(address !== undefined && { address }) });
  await once(socket, 'listening');
}

function sent(socket: Socket, packet: Buffer, port: number, address: string): Promise<void> {
  return new Promise((resolve) => socket.send(packet, port, address, () => resolve()));
}

function failed(target: MulticastTarget, cause: unknown): DisgoverError {
  if (cause instanceof DisgoverError) return cause;
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  const hint = code === 'EADDRINUSE' ? ': another program keeps the port to itself, choose another' : '';
  return new DisgoverError('MULTICAST_FAILED', `${endpoint(target.address, target.port)} (${code})${hint}`, {
    cause,
  });
}
