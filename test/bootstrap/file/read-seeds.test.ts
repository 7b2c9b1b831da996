import { expect } from 'chai';
import { readSeeds } from '../../../src/bootstrap/file/read-seeds.js';

const told = (text: string) => readSeeds(text, 'tcp').faults.map(({ message }) => message);

describe('readSeeds', () => {
  it('takes a seed from each line, and passes over comments and blank lines', () => {
    const text =
      '\uFEFF# of the rack\n\n  10.0.0.7:6742  \r\ntcp://[::1]:6742 # the other\n\twss://a.example:443/x\n';
    expect(readSeeds(text, 'tcp')).to.deep.equal({
      seeds: ['10.0.0.7:6742', 'tcp://[::1]:6742', 'wss://a.example:443/x'],
      faults: [],
    });
  });

  it('takes contacts as JSON, one a line', () => {
    const contact = { id: 'AAAA', transport: { type: 'tcp', host: '10.0.0.7', port: 6742 } };
    expect(readSeeds(JSON.stringify(contact), 'tcp').seeds).to.deep.equal([contact]);
  });

  it('names the line of each that is no seed, and takes the others', () => {
    const text = 'what\n10.0.0.7:6742\n# fine\n{"id":\n10.0.0.7:99999\nhttp://a.example:80';
    expect(readSeeds(text, 'tcp').seeds).to.deep.equal(['10.0.0.7:6742']);
    expect(told(text)).to.deep.equal([
      'BAD_SEED: line 1: "what": expected host:port',
      'BAD_SEED: line 4: a contact that is not JSON',
      'BAD_SEED: line 5: "10.0.0.7:99999": a port is 1..65535',
      'BAD_URL: line 6: "http://a.example:80": ws or wss, where a WebSocket is meant',
    ]);
  });

  it('takes an array, and the nodes of a snapshot', () => {
    const nodes = [{ id: 'AAAA', transport: { type: 'tcp', host: '10.0.0.7', port: 6742 } }];
    expect(readSeeds(JSON.stringify(['10.0.0.7:6742', 7], null, 2), 'tcp').seeds).to.deep.equal([
      '10.0.0.7:6742',
    ]);
    expect(told(JSON.stringify(['10.0.0.7:6742', 7]))).to.deep.equal([
      'BAD_SEED: [1]: expected an address or a contact, got number',
    ]);
    expect(readSeeds(JSON.stringify({ state: 'joined', nodes }), 'tcp')).to.deep.equal({
      seeds: nodes,
      faults: [],
    });
  });

  it('has no seeds of an empty file', () => {
    expect(readSeeds('', 'tcp')).to.deep.equal({ seeds: [], faults: [] });
  });
});
