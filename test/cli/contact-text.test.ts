import { expect } from 'chai';
import { contactLines, idText } from '../../src/cli/contact-text.js';
import { contactIdOfBytes, idOf } from '../../src/index.js';

describe('idText', () => {
  it('shows the name that an id spells', () => {
    expect(idText(idOf('Zürich'))).to.equal('WsO8cmljaA== ("Zürich")');
  });

  it('shows the id alone where it spells none, or one that a terminal would obey', () => {
    const bytes = contactIdOfBytes(Uint8Array.of(0xff, 0xfe));
    expect(idText(bytes)).to.equal(bytes);
    const colour = idOf('\u001b[31m');
    expect(idText(colour)).to.equal(colour);
  });
});

describe('contactLines', () => {
  const id = idOf('a');

  it('shows each field, and addresses as --seed takes them', () => {
    const transport = [
      { type: 'tcp', host: '::1', port: 1 },
      { type: 'ws', host: 'example.org', port: 2 },
    ];
    expect(contactLines({ id, transport, data: 'x', seq: 3 })).to.deep.equal([
      'id         YQ== ("a")',
      'transport  tcp://[::1]:1, ws://example.org:2',
      'data       "x"',
      'seq        3',
    ]);
  });

  it('cuts long values, and obeys nothing in names, values and addresses', () => {
    const hostile = 'a\u001b[2Jb';
    const lines = contactLines({
      id,
      transport: { type: hostile, host: hostile },
      data: 'y'.repeat(500),
      [hostile]: 1,
    });
    expect(lines.join('')).not.to.include('\u001b');
    for (const line of lines) expect(line.length).to.be.at.most(200);
    expect(lines[2]).to.match(/y…$/);
  });

  it('says of an address that it is that of a relay', () => {
    const transport = { type: 'tcp', host: '127.0.0.1', port: 1, via: 'cmVsYXk=' };
    expect(contactLines({ id, transport })[1]).to.equal(
      'transport  through the relay cmVsYXk= at tcp://127.0.0.1:1',
    );
    const hostile = contactLines({ id, transport: { ...transport, via: `a\u001b${'b'.repeat(500)}` } })[1];
    expect(hostile?.length).to.be.at.most(200);
    expect(hostile).not.to.include('\u001b');
  });

  it('shows a transport of a kind that it does not know', () => {
    expect(contactLines({ id, transport: { type: 'radio', channel: 5 } })[1]).to.equal(
      'transport  {"type":"radio","channel":5}',
    );
    expect(contactLines({ id })[1]).to.equal('transport  none');
  });
});
