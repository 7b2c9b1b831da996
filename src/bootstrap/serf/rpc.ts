// Serf's RPC: a header and mostly a body each way, MessagePack one after the other on a TCP connection, replies and events told apart
// by the number of the request that they belong to.

import { connect, type Socket } from 'node:net';
import { endpoint } from '../../address/host.js';
import type { Runtime } from '../../contracts/runtime.js';
import { DisgoverError, quote, quoteThrown } from '../../errors.js';
import { Decoder, type Encodable, encode, Incomplete, type Value } from './msgpack.js';

export type Body = ReadonlyMap<string, Value>;

interface Pending {
  readonly hasBody: boolean;
  readonly resolve: (body: Body | undefined) => void;
  readonly reject: (fault: DisgoverError) => void;
}

const TIMEOUT_MS = 5_000;
/** The members of a very large cluster. */
const MOST_BYTES = 16 * 1_024 * 1_024;
const KEEP_ALIVE_MS = 30_000;

export class SerfRpc {
  readonly #runtime: Runtime;
  readonly #socket: Socket;
  readonly #where: string;
  // Bounded by what is asked: one request at a time.
  readonly #pending = new Map<number, Pending>();
  // Bounded by MOST_BYTES.
  #bytes = Buffer.alloc(0);
  #seq = 0;
  #stream: number | undefined;
  #fault: DisgoverError | undefined;
  /** Called at each event, and when the connection is lost. */
  onEvent = () => {};

  constructor(host: string, port: number, runtime: Runtime) {
    this.#runtime = runtime;
    this.#where = endpoint(host, port);
    this.#socket = connect(port, host);
    this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#socket.on('data', (bytes) => this.#onData(bytes));
    this.#socket.on('error', (cause) => this.#fail('SOURCE_UNREACHABLE', reasonOf(cause), cause));
    this.#socket.on('close', () => this.#fail('SOURCE_UNREACHABLE', 'the connection ended'));
  }

  /** Why the connection is lost. */
  get fault(): DisgoverError | undefined {
    return this.#fault;
  }

  /** @throws DisgoverError `ERR_SOURCE_UNREACHABLE`, `ERR_SOURCE_DENIED`, `ERR_SOURCE_BAD_ANSWER`. */
  async order(command: string, body: Encodable): Promise<void> {
    await this.#ask(command, body, false);
  }

  /** The body of the answer. @throws as `order`. */
  async ask(command: string, body: Encodable): Promise<Body> {
    return (await this.#ask(command, body, true)) as Body;
  }

  /** Has `onEvent` called at each event of these types. @throws as `order`. */
  async listen(types: string): Promise<void> {
    // Known before the answer comes: events may come along with it.
    this.#stream = this.#seq + 1;
    await this.order('stream', { Type: types });
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(command: string, body: Encodable, hasBody: boolean): Promise<Body | undefined> {
    const seq = ++this.#seq;
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(this.#fault);
      const timer = this.#runtime.setTimer(TIMEOUT_MS, () =>
        this.#fail('SOURCE_UNREACHABLE', `no answer within ${TIMEOUT_MS} ms`),
      );
      this.#pending.set(seq, {
        hasBody,
        resolve: (answer) => {
          timer.cancel();
          resolve(answer);
        },
        reject: (fault) => {
          timer.cancel();
          reject(fault);
        },
      });
      this.#socket.write(Buffer.concat([encode({ Command: command, Seq: seq }), encode(body)]));
    });
  }

  #onData(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (this.#bytes.length > MOST_BYTES) return this.#fail('SOURCE_BAD_ANSWER', `more than ${MOST_BYTES} B`);
    try {
      while (this.#fault === undefined && this.#bytes.length > 0)
        this.#bytes = this.#bytes.subarray(this.#readOne());
    } catch (fault) {
      if (!(fault instanceof Incomplete))
        this.#fail('SOURCE_BAD_ANSWER', `no Serf RPC: ${quoteThrown(fault)}`, fault);
    }
  }

  /** One message; how long it was. @throws Incomplete, with nothing done. */
  #readOne(): number {
    const decoder = new Decoder(this.#bytes);
    const header = mapOf(decoder.read());
    const [seq, error] = [header.get('Seq'), header.get('Error')];
    const pending = typeof seq === 'number' ? this.#pending.get(seq) : undefined;
    const isEvent = pending === undefined && seq === this.#stream;
    if (pending === undefined && !isEvent) throw new RangeError('an answer to nothing');
    if (Buffer.isBuffer(error) && error.length > 0) {
      const said = error.toString();
      const isDenied = /authenti/i.test(said);
      this.#fail(
        isDenied ? 'SOURCE_DENIED' : 'SOURCE_BAD_ANSWER',
        isDenied ? `${quote(said)}: give its key, serf://:KEY@${this.#where}` : quote(said),
      );
      return this.#bytes.length;
    }
    const body = isEvent || pending?.hasBody ? mapOf(decoder.read()) : undefined;
    if (isEvent) this.onEvent();
    else this.#pending.delete(seq as number);
    pending?.resolve(body);
    return decoder.offset;
  }

  #fail(
    code: 'SOURCE_UNREACHABLE' | 'SOURCE_DENIED' | 'SOURCE_BAD_ANSWER',
    why: string,
    cause?: unknown,
  ): void {
    if (this.#fault !== undefined) return;
    const fault = new DisgoverError(code, `${this.#where}: ${why}`, { cause });
    this.#fault = fault;
    this.#socket.destroy();
    for (const { reject } of this.#pending.values()) reject(fault);
    this.#pending.clear();
    this.onEvent();
  }
}

function mapOf(value: Value): Body {
  if (value instanceof Map) return value;
  throw new RangeError('no map');
}

function reasonOf({ code = 'unknown' }: NodeJS.ErrnoException): string {
  return code === 'ECONNREFUSED' ? 'nobody listens there: serf agent -rpc-addr' : code;
}
