// What it costs to come to know a peer: from the dial to the first answer, beside a bare connect and one exchange of bytes.

import { strictEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tcp } from './lib/disgover.js';
import {
  Acquaintances,
  Alarms,
  decode,
  EncodedContact,
  GroupSecrets,
  Identity,
  RoundTrip,
  SeenNonces,
  SessionPool,
  SystemRuntime,
} from './lib/internals.js';
import { type Given, integer } from './lib/parameters.js';
import { digits, printTable } from './lib/report.js';
import { summarize } from './lib/stats.js';

/** Turns of the event loop. */
const PATIENCE = 100_000;

interface Case {
  readonly name: string;
  /** Signatures that both ends together must make, and as many check. */
  readonly signatures: number;
  /** From nothing to the first answer, and everything away again. Resolves to the microseconds until the answer. */
  readonly once: () => Promise<number>;
  readonly close: () => Promise<void>;
  readonly signed: () => number;
}

export const flags = { rounds: integer(1, 100_000, 'rounds of each row', 500) };

export async function run({ rounds }: Given<typeof flags>): Promise<void> {
  const secret = new Uint8Array(32).fill(7);
  const cases = [
    await bare(),
    await between('no keys', 0, {}),
    await between('keys, never met', 2, { hasKeys: true, areStrangers: true }),
    await between('keys, met before', 0, { hasKeys: true }),
    await between('keys and secret, never met', 2, { hasKeys: true, areStrangers: true, secret }),
    await between('keys and secret, met before', 0, { hasKeys: true, secret }),
  ];
  const samples = cases.map(() => [] as number[]);
  // Side by side, so that all meet the same machine; the first rounds warm up.
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (const [i, one] of cases.entries()) {
      const before = one.signed();
      const us = await one.once();
      if (round < 0) continue;
      strictEqual(one.signed() - before, 2 * one.signatures, one.name);
      samples[i]?.push(us);
    }
  }
  const bareP50 = summarize(samples[0] as number[]).p50;
  const rows = cases.map(({ name, signatures }, i) => {
    const { p50, p95 } = summarize(samples[i] as number[]);
    return [name, `${signatures} + ${signatures}`, digits(p50, 0), digits(p95, 0), digits(p50 / bareP50, 2)];
  });
  console.log(`handshake / ${rounds} rounds over TCP in one process, from the dial to the first answer`);
  printTable([['', 'signed + checked', 'p50 µs', 'p95 µs', 'ratio'], ...rows]);
  await Promise.all(cases.map(({ close }) => close()));
}

async function bare(): Promise<Case> {
  const server = createServer({ noDelay: true }, (socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    name: 'a socket and one exchange of 32 bytes',
    signatures: 0,
    signed: () => 0,
    once: async () => {
      const start = performance.now();
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      socket.write(new Uint8Array(32));
      await once(socket, 'data');
      const us = 1_000 * (performance.now() - start);
      socket.destroy();
      await once(socket, 'close');
      return us;
    },
    close: async () => void server.close(),
  };
}

interface Between {
  readonly hasKeys?: boolean;
  /** Forgets in each round whom it has met. */
  readonly areStrangers?: boolean;
  readonly secret?: Uint8Array;
}

async function between(name: string, signatures: number, options: Between): Promise<Case> {
  const { hasKeys = false, areStrangers = false, secret } = options;
  const [dialler, dialled] = [new Peer(hasKeys, secret), new Peer(hasKeys, secret)];
  await dialled.listen();
  await dialler.ask(dialled.contact);
  return {
    name,
    signatures,
    signed: () => dialler.signatures + dialled.signatures,
    once: async () => {
      if (areStrangers) dialler.forget();
      const start = performance.now();
      await dialler.ask(dialled.contact);
      const us = 1_000 * (performance.now() - start);
      dialler.hangUp();
      // The other end has checked what it was told, and seen the end, before the next round.
      for (let i = 0; i < PATIENCE && dialled.sessions > 0; i++) await new Promise(setImmediate);
      return us;
    },
    close: async () => {
      await Promise.all([dialler.close(), dialled.close()]);
    },
  };
}

/** A pool of sessions that answers PING, and nothing else of a node. */
class Peer {
  readonly #runtime = new SystemRuntime();
  readonly #transport = tcp();
  readonly #identity: Identity | undefined;
  readonly #secrets: GroupSecrets;
  #acquaintances = this.#nobody();
  #pool: SessionPool | undefined;
  contact: EncodedContact;
  signatures = 0;

  constructor(hasKeys: boolean, secret: Uint8Array | undefined) {
    this.#identity = hasKeys ? Identity.generate() : undefined;
    this.#secrets = new GroupSecrets(secret);
    const id = this.#identity?.id ?? Buffer.from(this.#runtime.randomBytes(20)).toString('base64');
    this.contact = EncodedContact.from({ id });
    this.forget();
  }

  async listen(): Promise<void> {
    const transport = await this.#transport.listen((link) => this.#pool?.accept(link, 'tcp'));
    this.contact = EncodedContact.from({ ...this.contact.contact, transport });
  }

  async ask(other: EncodedContact): Promise<void> {
    const session = await (this.#pool as SessionPool).dial(other);
    const make = (requestId: number) => ({ type: 'ping', requestId, id: other.idBytes }) as const;
    const pong = await session.pending.request(make, 'pong', {});
    strictEqual(pong.contact?.id, other.id);
  }

  get sessions(): number {
    return this.#pool?.size ?? 0;
  }

  hangUp(): void {
    this.#pool?.close();
    this.#start();
  }

  forget(): void {
    this.#acquaintances = this.#nobody();
    this.hangUp();
  }

  async close(): Promise<void> {
    this.#pool?.close();
    await this.#transport.close();
  }

  #nobody(): Acquaintances {
    return new Acquaintances(() => this.#runtime.randomBytes(32));
  }

  #start(): void {
    const now = () => this.#runtime.now();
    this.#pool = new SessionPool([this.#transport], {
      now,
      alarms: new Alarms(this.#runtime),
      handshake: {
        own: () => this.contact,
        group: 'bench',
        nonce: () => this.#runtime.randomBytes(16),
        identity: this.#identity,
        requiresIdentity: false,
        secrets: this.#secrets,
        acquaintances: this.#acquaintances,
        seenNonces: new SeenNonces(),
        onSignature: () => {
          this.signatures++;
        },
      },
      roundTrip: new RoundTrip(),
      onOpen: () => {},
      onClosed: () => {},
      onRefused: (_session, refusal) => {
        throw new Error(`${refusal.code}: ${refusal.detail}`);
      },
      onFault: (fault) => {
        throw fault;
      },
      onFrame: (session, frame) => {
        const message = decode(frame);
        if (message.type === 'pong') session.pending.settle(message);
        else if (message.type === 'close') session.endByPeer(message.code);
        else if (message.type === 'ping') {
          session.send({ type: 'pong', requestId: message.requestId, contact: this.contact });
        }
      },
    });
  }
}
