import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  asDisgoverError,
  DisgoverError,
  faultOfPeer,
  faults,
  quote,
  Refusal,
  typeName,
} from '../src/errors.js';

const document = readFileSync(new URL('../docs/ERRORS.md', import.meta.url), 'utf8');
const source = readFileSync(new URL('../src/errors.ts', import.meta.url), 'utf8');

/** Headings and rows of tables: `## Use of a node`, `| ERR_CLOSED | … |`. */
function documented(): Map<string, string[][]> {
  const groups = new Map<string, string[][]>();
  let rows: string[][] = [];
  for (const line of document.split('\n')) {
    if (line.startsWith('## ')) {
      rows = [];
      groups.set(line.slice(3), rows);
    } else if (/^\| `ERR_/.test(line))
      rows.push(
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
  }
  return groups;
}

/** The comments that group the codes, and the codes under each. */
function declared(): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  let codes: string[] = [];
  const [, body = ''] = /export const faults = \{\n([\s\S]*?)\n\} as const/.exec(source) ?? [];
  for (const line of body.split('\n')) {
    const [, heading, code] = /^ {2}(?:\/\/ (.*)|([A-Z0-9_]+):)/.exec(line) ?? [];
    if (heading !== undefined) {
      codes = [];
      groups.set(heading, codes);
    } else if (code !== undefined) codes.push(code);
  }
  return groups;
}

describe('faults', () => {
  it('are what docs/ERRORS.md lists, in the same groups', () => {
    const inDocument = [...documented()].map(([heading, rows]) => [heading, rows.map(([code]) => code)]);
    const inSource = [...declared()].map(([heading, codes]) => [
      heading,
      codes.map((code) => `\`ERR_${code}\``),
    ]);
    expect(inDocument).to.deep.equal(inSource);
  });

  it('are all seen by this test', () => {
    expect([...declared().values()].flat()).to.deep.equal(Object.keys(faults));
  });

  it('are each explained: what it means, where it comes from, what to do', () => {
    for (const [code, ...cells] of [...documented().values()].flat()) {
      expect(cells, code).to.have.length(3);
      for (const cell of cells) expect(cell, code).not.to.equal('');
    }
  });

  it('have names of upper-case letters that travel in one short field', () => {
    for (const code of Object.keys(faults)) expect(code).to.match(/^[A-Z][A-Z0-9_]{1,63}$/);
  });
});

describe('DisgoverError', () => {
  it('has a code, a message that starts with it, and its cause', () => {
    const cause = new Error('beneath');
    const error = new DisgoverError('DIAL_FAILED', '127.0.0.1:1', { cause });
    expect(error).to.include({ code: 'ERR_DIAL_FAILED', name: 'DisgoverError', cause });
    expect(error.message).to.equal('DIAL_FAILED: 127.0.0.1:1');
    expect(error).to.be.instanceOf(Error);
  });

  it('is made from a refusal', () => {
    const refusal = new Refusal('BAD_NUMBER', 'data.x is NaN').within('contacts[3]');
    expect(DisgoverError.from(refusal)).to.include({
      code: 'ERR_BAD_NUMBER',
      message: 'BAD_NUMBER: contacts[3]: data.x is NaN',
    });
  });
});

describe('faultOfPeer', () => {
  it('has the code that the peer told, where a peer can tell it', () => {
    expect(faultOfPeer('FOREIGN_TRANSPORT', 'error').code).to.equal('FOREIGN_TRANSPORT');
    expect(faultOfPeer('BAD_SECRET', 'close').code).to.equal('BAD_SECRET');
  });

  it('says what to do about it, in our words, where something can be done', () => {
    const { detail } = faultOfPeer('BAD_SECRET', 'close');
    expect(detail).to.match(/^said by the peer: its group has another secret, .* `secret`$/);
    for (const code of ['GROUP_MISMATCH', 'SELF_CONNECT', 'KEY_REQUIRED', 'TLS_REQUIRED', 'NOT_ADMITTED']) {
      expect(faultOfPeer(code, 'close').detail, code).to.match(/^said by the peer: .+/);
    }
    expect(faultOfPeer('BAD_FRAME', 'close').detail).to.equal('said by the peer');
  });

  it('believes no code out of its place: that of a handshake in answer to a request', () => {
    expect(faultOfPeer('SELF_CONNECT', 'error').code).to.equal('UNSUPPORTED');
    expect(faultOfPeer('FOREIGN_TRANSPORT', 'close').code).to.equal('LINK_LOST');
  });

  it('repeats nothing else of what the peer wrote', () => {
    for (const code of [
      '',
      'NO_SUCH_CODE',
      '__proto__',
      'toString',
      '\u001b[31m',
      'CLOSED',
      'NO_NODES',
      'BUSY',
    ]) {
      const fault = faultOfPeer(code, 'close');
      expect(fault).to.include({ code: 'LINK_LOST', detail: 'said by the peer' });
    }
  });

  it('knows the codes that docs/PROTOCOL.md lists, and no others', () => {
    const protocol = readFileSync(new URL('../docs/PROTOCOL.md', import.meta.url), 'utf8');
    const rows = [...protocol.matchAll(/^\| (CLOSE|ERROR|contacts) \|([^|]*)\|$/gm)];
    const listed = Object.fromEntries(
      rows.map(([, where = '', codes = '']) => [
        where,
        [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code),
      ]),
    );
    const known = (message: 'close' | 'error') =>
      Object.keys(faults).filter((code) => faultOfPeer(code, message).code === code);
    for (const [message, where] of [
      ['close', 'CLOSE'],
      ['error', 'ERROR'],
    ] as const) {
      const expected = [...(listed[where] ?? []), ...(listed.contacts ?? [])].filter(
        (code) => code !== 'CLOSED',
      );
      if (message === 'close') expected.push('LINK_LOST');
      expect(known(message).sort()).to.deep.equal(expected.sort());
    }
  });
});

describe('asDisgoverError', () => {
  it('leaves ours as it is, and wraps what is not', () => {
    const ours = new DisgoverError('CLOSED', 'closed');
    expect(asDisgoverError(ours)).to.equal(ours);
    const cause = new TypeError('of a plugin\n');
    const message = 'INTERNAL: "TypeError: of a plugin\\n"';
    expect(asDisgoverError(cause)).to.include({ code: 'ERR_INTERNAL', cause, message });
  });
});

describe('quote', () => {
  const cases: [what: string, text: string, shown: string][] = [
    ['leaves ordinary text', 'Zürich 😀', '"Zürich 😀"'],
    ['escapes quotes and line ends', 'a"\r\n', '"a\\"\\r\\n"'],
    ['escapes what a terminal obeys', '\u001b[31m\u007f\u009b', '"\\u001b[31m\\u007f\\u009b"'],
    ['escapes line separators of JavaScript', '\u2028\u2029', '"\\u2028\\u2029"'],
    ['escapes half of a surrogate pair', '\ud800', '"\\ud800"'],
    ['cuts to 64 characters', 'x'.repeat(65), `"${'x'.repeat(64)}…"`],
    ['does not cut 64', 'x'.repeat(64), `"${'x'.repeat(64)}"`],
  ];
  for (const [what, text, shown] of cases) {
    it(what, () => {
      expect(quote(text)).to.equal(shown);
    });
  }
});

describe('typeName', () => {
  const cases: [value: unknown, name: string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'number'],
    ['', 'string'],
    [[], 'array'],
    [{}, 'object'],
    [Object.create(null), 'object'],
    [new Date(0), 'Date'],
    [new Map(), 'Map'],
    [Buffer.of(1), 'Buffer'],
    [new (class {})(), 'object'],
    [() => 1, 'function'],
  ];
  for (const [value, name] of cases) {
    it(`is ${name}`, () => {
      expect(typeName(value)).to.equal(name);
    });
  }
});
