// One question to one resolver: over UDP, and over TCP when the answer is cut short there (RFC 1035 §4.2, RFC 7766).

import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { type DecodedPacket, decode, encode, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import { endpoint } from '../../address/host.js';
import type { Runtime } from '../../contracts/runtime.js';
import { DisgoverError, quoteThrown } from '../../errors.js';
import { onAbort } from '../../runtime/abort.js';
import type { Server } from './options.js';

export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

export interface ExchangeContext {
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** What passes the Internet unbroken (DNS flag day 2020). */
const UDP_BYTES = 1_232;
const LENGTH_BYTES = 2;

/** @throws DisgoverError `ERR_DNS_TIMEOUT`, `ERR_DNS_UNREACHABLE`, `ERR_DNS_BAD_ANSWER`; the signal's reason. */
export async function exchange(
  question: Question,
  server: Server,
  context: ExchangeContext,
): Promise<DecodedPacket> {
  context.signal.throwIfAborted();
  const answer = await overUdp(question, server, context);
  if (!answer.flag_tc) return answer;
  context.signal.throwIfAborted();
  return overTcp(question, server, context);
}

function overUdp(question: Question, server: Server, context: ExchangeContext): Promise<DecodedPacket> {
  const { id, packet } = queryOf(question, context.runtime);
  // A port of the system's choice, which is random; connected, so that it lets in what comes from the server alone.
  const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
  return settled(
    server,
    context,
    () => socket.close(),
    (resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (bytes) => {
        // Anybody can write the server's address on a packet: what is not an answer to this question is nobody's, and the wait goes on.
        if (bytes.length < LENGTH_BYTES || bytes.readUInt16BE(0) !== id) return;
        const answer = decoded(bytes, server);
        if (answer instanceof DisgoverError) reject(answer);
        else if (answersTo(answer, question)) resolve(answer);
      });
      socket.connect(server.port, server.host, () => {
        if (!context.signal.aborted) socket.send(packet);
      });
    },
  );
}

function overTcp(question: Question, server: Server, context: ExchangeContext): Promise<DecodedPacket> {
  const { id, packet } = queryOf(question, context.runtime);
  const socket = connect(server.port, server.host);
  return settled(
    server,
    context,
    () => socket.destroy(),
    (resolve, reject) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(packet.length);
      socket.write(Buffer.concat([length, packet]));
      // Bounded by what two bytes of length can say.
      let bytes = Buffer.alloc(0);
      socket.on('error', reject);
      socket.on('close', () => reject(badAnswer(server, 'the connection ended within the answer')));
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (bytes.length < LENGTH_BYTES || bytes.length < LENGTH_BYTES + bytes.readUInt16BE(0)) return;
        const answer = decoded(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + bytes.readUInt16BE(0)), server);
        if (answer instanceof DisgoverError) reject(answer);
        else if (answer.id === id && answersTo(answer, question)) resolve(answer);
        else reject(badAnswer(server, 'an answer to another question'));
      });
    },
  );
}

/** As `run` settles it, within the time there is; what it holds is let go of at its end. */
function settled(
  server: Server,
  { runtime, signal, timeoutMs }: ExchangeContext,
  release: () => void,
  run: (resolve: (answer: DecodedPacket) => void, reject: (fault: unknown) => void) => void,
): Promise<DecodedPacket> {
  const where = endpoint(server.host, server.port);
  return new Promise<DecodedPacket>((resolve, reject) => {
    const timer = runtime.setTimer(timeoutMs, () =>
      end(() => reject(new DisgoverError('DNS_TIMEOUT', `${where} did not answer within ${timeoutMs} ms`))),
    );
    const forget = onAbort(signal, () => end(() => reject(signal.reason)));
    let isOver = false;
    function end(settle: () => void): void {
      if (isOver) return;
      isOver = true;
      timer.cancel();
      forget();
      release();
      settle();
    }
    run(
      (answer) => end(() => resolve(answer)),
      (fault) => end(() => reject(fault instanceof DisgoverError ? fault : unreachable(where, fault))),
    );
  });
}

function queryOf(
  { name, type }: Question,
  runtime: Runtime,
): { readonly id: number; readonly packet: Buffer } {
  const [high = 0, low = 0] = runtime.randomBytes(2);
  const id = high * 256 + low;
  const packet = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type, name }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
  return { id, packet };
}

function decoded(bytes: Buffer, server: Server): DecodedPacket | DisgoverError {
  try {
    return decode(bytes);
  } catch (cause) {
    return badAnswer(server, quoteThrown(cause));
  }
}

function answersTo(answer: DecodedPacket, { name, type }: Question): boolean {
  const [asked, ...others] = answer.questions ?? [];
  if (answer.type !== 'response') return false;
  // Who could not read the question, or will not, may leave it out.
  if (asked === undefined) return rcodeOf(answer) !== 'NOERROR';
  return (
    others.length === 0 &&
    asked.type === type &&
    asked.class === 'IN' &&
    asked.name.toLowerCase() === name.toLowerCase()
  );
}

/** `NOERROR`, `NXDOMAIN`: the types of the package do not have it. */
export function rcodeOf(answer: DecodedPacket): string {
  return (answer as DecodedPacket & { readonly rcode: string }).rcode;
}

function badAnswer(server: Server, what: string): DisgoverError {
  return new DisgoverError(
    'DNS_BAD_ANSWER',
    `${endpoint(server.host, server.port)} is no DNS server, or a faulty one: ${what}`,
  );
}

function unreachable(where: string, cause: unknown): DisgoverError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  return new DisgoverError('DNS_UNREACHABLE', `no DNS server at ${where} (${code})`, { cause });
}
