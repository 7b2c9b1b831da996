// A DNS server of one process, over UDP and TCP at one port of 127.0.0.1, whose answers a test decides.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet, type Question } from 'dns-packet';

/** Parts of the packet that answers; `rcode` by number. Bytes are sent as they are; `undefined` is silence. */
export type DnsReply =
  | (Partial<Pick<Packet, 'questions' | 'additionals' | 'id'>> & {
      answers?: Answer[];
      rcode?: number;
      flags?: number;
    })
  | Uint8Array
  | undefined;
export type Respond = (question: Question, over: 'udp' | 'tcp', id: number) => DnsReply | DnsReply[];

export class DnsServer {
  readonly #udp: Socket;
  readonly #tcp: Server;
  readonly port: number;
  /** What was asked, in order: `SRV udp`. */
  readonly asked: string[] = [];
  /** From which ports, and by which ids. */
  readonly askers: { readonly port: number; readonly id: number }[] = [];
  respond: Respond;

  private constructor(udp: Socket, tcp: Server, respond: Respond) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.respond = respond;
    this.port = udp.address().port;
    udp.on('message', (bytes, from) => {
      for (const reply of this.#replies(bytes, 'udp', from.port)) udp.send(reply, from.port, from.address);
    });
    tcp.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        for (const reply of this.#replies(bytes.subarray(2), 'tcp', socket.remotePort ?? 0)) {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(reply.length);
          // In pieces, as a network may cut it.
          socket.write(length);
          socket.end(reply);
        }
      });
    });
  }

  static async start(respond: Respond): Promise<DnsServer> {
    const tcp = createServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const udp = createSocket('udp4').bind((tcp.address() as AddressInfo).port, '127.0.0.1');
    await once(udp, 'listening');
    return new DnsServer(udp, tcp, respond);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#udp.close();
    this.#tcp.close();
    await once(this.#tcp, 'close');
  }

  #replies(bytes: Buffer, over: 'udp' | 'tcp', port: number): Uint8Array[] {
    const { id = 0, questions = [] } = decode(bytes);
    const question = questions[0] as Question;
    this.asked.push(`${question.type} ${over}`);
    this.askers.push({ port, id });
    return [this.respond(question, over, id)].flat().flatMap((reply) => {
      if (reply === undefined) return [];
      if (reply instanceof Uint8Array) return [reply];
      const { rcode = 0, flags = 0, ...parts } = reply;
      return [
        encode({ type: 'response', id, questions, ...parts, flags: AUTHORITATIVE_ANSWER | flags | rcode }),
      ];
    });
  }
}

export const srv = (
  name: string,
  target: string,
  port: number,
  ttl = 60,
  priority = 0,
  weight = 0,
): Answer => ({
  type: 'SRV',
  name,
  ttl,
  data: { target, port, priority, weight },
});

export const address = (name: string, data: string, ttl = 60): Answer => ({
  type: data.includes(':') ? 'AAAA' : 'A',
  name,
  ttl,
  data,
});
