import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Failure, failureOf } from '../../src/cli/failure.js';
import { Output } from '../../src/cli/output.js';
import { makeProgram } from '../../src/cli/program.js';

const ownFile = fileURLToPath(import.meta.url);

/** What is wrong with the command line: arguments → exit code, message. */
const refused: [args: string[], code: number, message: string | RegExp][] = [
  [['fnd'], 64, 'UNKNOWN_COMMAND: "fnd" (did you mean "find")'],
  [['xyzzy'], 64, 'UNKNOWN_COMMAND: "xyzzy"'],
  [['find', '--sed', 'x'], 64, 'UNKNOWN_FLAG: "--sed" (did you mean "--seed")'],
  [['find', 'AAAA', '--\u001b[31m'], 64, 'UNKNOWN_FLAG: "--\\u001b[31m"'],
  [['find', '--seed'], 64, 'MISSING_VALUE: "--seed <address>"'],
  [['find', '--seed', '--group', 'a'], 64, 'MISSING_VALUE: "--seed <address>"'],
  [['find', '--name', 'a', '--name', 'b'], 64, 'DUPLICATE_FLAG: --name "a" and "b"'],
  [['find', 'AAAA', '--timeout', '0'], 64, /^BAD_DURATION: .* got "0"$/],
  [['find', 'AAAA', '--timeout', '1y'], 64, /^BAD_DURATION: .* got "1y"$/],
  [['find', 'AAAA', '--agree', '21'], 64, 'BAD_OPTION: --agree must be an integer 1..20, got "21"'],
  [['find', 'AAAA', '--paths', 'x'], 64, 'BAD_OPTION: --paths must be an integer 1..20, got "x"'],
  [['find', 'AAAA', '--arbiter', 'x'], 64, /^BAD_OPTION: vector-clock, last-write-wins or g-set:PATH/],
  [['find', 'AAAA', '--seed', 'host'], 64, 'BAD_SEED: "host": expected host:port'],
  [['find', 'AAAA', '--seed', '[::1'], 64, 'BAD_SEED: "[::1": unbalanced bracket'],
  [['find', 'AAAA', '--seed', '::1:6742'], 64, 'BAD_SEED: "::1:6742": write [::1]:6742'],
  [['find'], 64, 'MISSING_ARGUMENT: id, or --name'],
  [['trace'], 64, 'MISSING_ARGUMENT: id, or --name'],
  [['ping'], 64, 'MISSING_ARGUMENT: "address"'],
  [['find', 'AAAA'], 64, 'MISSING_ARGUMENT: --seed tcp://HOST:PORT'],
  [['find', 'AAAA', '--name', 'a'], 64, 'BAD_OPTION: either an id or --name'],
  [['find', 'AAAA', 'BBBB'], 64, /^BAD_OPTION: too many arguments/],
  [
    ['find', 'not-an-id'],
    65,
    /^BAD_ID: for a name give --name not-an-id; as an id: not canonical base64 \(as text it is/,
  ],
  [['trace', 'a b'], 65, /^BAD_ID: for a name give --name "a b"; as an id: /],
  [['find', '--name', ''], 65, /^BAD_ID: /],
  [['node', '--listen', 'tcp://127.0.0.1:abc'], 64, 'BAD_PORT: --listen: integer 0..65535, got "abc"'],
  [['node', '--listen', 'tcp://127.0.0.1:0x50'], 64, /^BAD_PORT: .* got "0x50"$/],
  [['node', '--listen', 'tcp://127.0.0.1:-1'], 64, /^BAD_PORT: .* got "-1"$/],
  [['node', '--listen', 'tcp://127.0.0.1:'], 64, /^BAD_PORT: .* got ""$/],
  [['node', '--listen', 'tcp://127.0.0.1:70000'], 64, /^BAD_PORT: /],
  [['node', '--listen', 'quic://127.0.0.1:80'], 64, /^BAD_OPTION: --listen: tcp:\/\/HOST:PORT or ws/],
  [['node', '--listen', 'h:1', '--listen', 'h:2'], 64, 'DUPLICATE_FLAG: --listen: one tcp address'],
  [['node', '--listen', 'wss://127.0.0.1:0'], 64, /^BAD_OPTION: --listen: ws:\/\/HOST:PORT with --tls-cert/],
  [['node', '--key-file', '/missing/key'], 66, /^KEY_FILE_UNREADABLE: /],
  [['node', '--secret-file', '/missing/secret'], 66, /^KEY_FILE_UNREADABLE: /],
  [
    ['node', '--tls-cert', '/missing/cert'],
    66,
    'KEY_FILE_UNREADABLE: --tls-cert "/missing/cert" cannot be read: ENOENT',
  ],
  [['node', '--tls-ca', '/'], 66, 'KEY_FILE_UNREADABLE: --tls-ca "/" cannot be read: EISDIR'],
  [['find', 'AAAA', '--seed', 'h:1', '--tls-ca', '/'], 66, /^KEY_FILE_UNREADABLE: /],
  [['ping', 'h:1', '--tls-ca', '/'], 66, /^KEY_FILE_UNREADABLE: /],
  [['node', '--key-file', '/'], 66, /^KEY_FILE_UNREADABLE: .*EISDIR/],
  [['node', '--tls-cert', ownFile], 65, /^TLS_KEY_MISMATCH: --tls-key: missing, there is only --tls-cert$/],
  [['node', '--advertise', 'ws://127.0.0.1:1'], 64, 'BAD_OPTION: --advertise needs --listen ws://HOST:PORT'],
  [['node', '--origin', 'https://a.example'], 64, 'BAD_OPTION: --origin needs --listen ws://HOST:PORT'],
  [['node', '--tls-name', 'cluster'], 64, /^BAD_OPTION: TLS needs/],
  [['node', '--secret', 'x'], 64, /^UNKNOWN_FLAG: "--secret" \(did you mean/],
  [['node', '--listen', '0.0.0.0:0'], 64, /^BAD_OPTION: --advertise: /],
  [['node', '--listen', '192.0.2.1:0'], 71, /^ADDRESS_NOT_AVAILABLE: /],
  [['node', '--register', '{"name":\n 1, }'], 65, 'BAD_JSON: --register: line:column 2:5: unexpected "}"'],
  [['node', '--register', '{"name":'], 65, 'BAD_JSON: --register: line:column 1:9: the text ends too early'],
  [
    ['node', '--register', '{name: a}'],
    65,
    /line:column 1:2: unexpected "name: a\}" \(keys and texts stand in double/,
  ],
  [['node', '--register', '[]'], 65, 'BAD_CONTACT: --register: expected object, got array'],
  [['node', '--register', '{"name": 1}'], 65, 'BAD_CONTACT: --register: name: expected string, got number'],
  [['node', '--register', '{"name": "a", "id": "AAAA"}'], 65, 'BAD_CONTACT: --register: either name or id'],
  [['node', '--register', '{"id": "a"}'], 65, /^BAD_ID: /],
  [['ping', 'tcp://127.0.0.1:1'], 69, 'DIAL_FAILED: 127.0.0.1:1: ECONNREFUSED'],
  [
    ['find', 'AAAA', '--seed', 'tcp://127.0.0.1:1'],
    69,
    /^NO_NODES: 1 seed tried, .*, last: DIAL_FAILED: 127\.0\.0\.1:1: ECONNREFUSED$/,
  ],
  [['find', 'AAAA', '--seed', 'quic://127.0.0.1:1'], 64, /^BAD_SEED: "quic:/],
];

async function failureWith(args: readonly string[]): Promise<Failure> {
  const context = { output: new Output({ isJson: false }), interruption: new AbortController().signal };
  const outcome = makeProgram(context).parseAsync(args, { from: 'user' });
  return outcome.then(() => expect.fail('it went well'), failureOf);
}

describe('makeProgram', () => {
  for (const [args, code, message] of refused) {
    it(`refuses ${JSON.stringify(args)}`, async () => {
      const { exitCode, report } = await failureWith(args);
      expect(exitCode, report?.message).to.equal(code);
      if (typeof message === 'string') expect(report?.message).to.equal(message);
      else expect(report?.message).to.match(message);
    });
  }
});
