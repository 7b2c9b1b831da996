import { expect } from 'chai';
import {
  addressesOf,
  addressKey,
  haveSameAddresses,
  isRelayedOnly,
  relaysOf,
} from '../../src/wire/addresses.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedOf } from '../support/contacts.js';
import { idOf } from '../support/ids.js';

const via = idOf('relay');
const direct = { type: 'tcp', host: '10.0.0.7', port: 6742 };
const relay = { type: 'ws', host: '10.0.0.8', port: 80 };
const at = (transport?: unknown) => encodedOf('thing', transport === undefined ? {} : { transport });
const broken = EncodedContact.ofBytes(Uint8Array.of(1, 0x61, 0x7b));

describe('addressesOf', () => {
  it('gives where the host itself can be dialled, and not where others pass PINGs on', () => {
    expect(addressesOf(at(direct))).to.deep.equal([direct]);
    expect(addressesOf(at([direct, { ...relay, via }]))).to.deep.equal([direct]);
    expect(addressesOf(at([{ ...relay, via }]))).to.deep.equal([]);
    expect([addressesOf(at()), addressesOf(broken)]).to.deep.equal([[], []]);
  });

  for (const forged of [null, 5, '', 'no id', 'Zh==', { id: via }, [via]]) {
    it(`takes an address with the via ${JSON.stringify(forged)} for nobody's`, () => {
      const contact = at([{ ...relay, via: forged }]);
      expect([addressesOf(contact), relaysOf(contact)]).to.deep.equal([[], []]);
    });
  }
});

describe('relaysOf', () => {
  it('gives who passes PINGs on, and where it is', () => {
    expect(relaysOf(at([direct, { ...relay, via }]))).to.deep.equal([{ via, address: relay }]);
    expect([relaysOf(at(direct)), relaysOf(at()), relaysOf(broken)]).to.deep.equal([[], [], []]);
  });
});

describe('isRelayedOnly', () => {
  it('is so where there are addresses, all of relays', () => {
    expect(
      [[{ ...relay, via }], [direct, { ...relay, via }], direct, [], undefined].map((transport) =>
        isRelayedOnly(at(transport)),
      ),
    ).to.deep.equal([true, false, false, false, false]);
  });
});

describe('addressKey', () => {
  it('is the same for the same place, whatever else is said of it', () => {
    expect(addressKey({ ...direct })).to.equal(
      addressKey({ note: 1, port: 6742, host: '10.0.0.7', type: 'tcp' }),
    );
  });

  it('tells transports, hosts, ports and paths from each other', () => {
    const others = [{ type: 'tcp' }, { host: '10.0.0.9' }, { port: 81 }, { path: '/a' }, { path: '/b' }];
    const keys = [relay, ...others.map((field) => ({ ...relay, ...field }))].map(addressKey);
    expect(new Set(keys).size).to.equal(keys.length);
  });
});

describe('haveSameAddresses', () => {
  it('tells an address from the same one of a relay, and one relay from another', () => {
    const contacts = [[relay], [{ ...relay, via }], [{ ...relay, via: idOf('other') }]].map(at);
    const same = contacts.map((a) => contacts.map((b) => haveSameAddresses(a, b)));
    expect(same).to.deep.equal([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  });
});
