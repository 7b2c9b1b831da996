// What strangers say first: who speaks another protocol is recognised by it, and told so in its own where that is simple.
import { Refusal } from '../../src/plugin.js';

/** As lengths of frames they start at a gigabyte, so no frame is mistaken for one. */
const HTTP_METHODS = new Set(
  ['GET ', 'POST', 'PUT ', 'HEAD', 'DELE', 'OPTI', 'PATC', 'CONN', 'TRAC', 'PRI '].map((word) =>
    Buffer.from(word).readUInt32BE(),
  ),
);
const TLS_HANDSHAKE = 0x16;
const TLS_RECORD = 0x1603;

export const looksLikeHttp = new Refusal(
  'BAD_MAGIC',
  'looks like HTTP, which nodes do not speak at this port',
);
/** The same where it is HTTP that is wanted, and over TLS. */
export const lacksTls = new Refusal('TLS_REQUIRED', 'HTTP without TLS');
export const looksLikeTls = new Refusal('BAD_MAGIC', 'looks like TLS');

/** `word`: the first four bytes, big-endian. Undefined for what may be a frame. */
export function strangerIn(word: number): Refusal | undefined {
  if (HTTP_METHODS.has(word)) return looksLikeHttp;
  return word >>> 16 === TLS_RECORD ? looksLikeTls : undefined;
}

/** What begins in the first bytes that came in at all, which may be a single one. */
export function speaks(first: Uint8Array): 'tls' | 'http' | 'frames' | 'something else' {
  if (first[0] === TLS_HANDSHAKE) return 'tls';
  const word = Buffer.alloc(4);
  word.set(first.subarray(0, 4));
  if (HTTP_METHODS.has(word.readUInt32BE())) return 'http';
  // A length of at most 65,536.
  return first[0] === 0 ? 'frames' : 'something else';
}

/** For a browser, or a health check, that was sent to the wrong port. */
export const HTTP_ANSWER = httpAnswer(
  'Nodes of disgover talk to each other at this port, and not in HTTP.\n',
);
export const HTTP_ANSWER_OF_TLS = httpAnswer(
  'Nodes of disgover talk to each other at this port, over TLS and not in HTTP.\n',
);

/** Where HTTP is spoken, and over TLS only (RFC 2817 §4.2). */
export const HTTP_ANSWER_TLS_REQUIRED = httpAnswer(
  'TLS_REQUIRED: this port is dialled as wss, and not as ws.\n',
  '426 Upgrade Required',
  'Upgrade: TLS/1.3, HTTP/1.1',
);

/** CLOSE `TLS_REQUIRED` with its length before it, for nodes that speak without TLS: docs/PROTOCOL.md 3.1, 4.3. */
export const CLOSE_TLS_REQUIRED = Buffer.concat([
  Buffer.from('0000000f' + '03' + '0c', 'hex'), // 15 bytes: CLOSE, a code of 12 bytes
  Buffer.from('TLS_REQUIRED'),
  Buffer.from('00', 'hex'), // no parts
]);

function httpAnswer(text: string, status = '400 Bad Request', ...headers: string[]): Buffer {
  const head = [
    `HTTP/1.1 ${status}`,
    ...headers,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`);
}
