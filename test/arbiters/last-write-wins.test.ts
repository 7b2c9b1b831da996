import { expect } from 'chai';
import { lastWriteWins } from '../../arbiters/last-write-wins.js';
import type { Contact } from '../../src/contracts/contact.js';
import { expectThrowsCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const id = idOf('foo');
const last = Number.MAX_SAFE_INTEGER;
const { arbiter, arbiterDefaults } = lastWriteWins();

function winner(a: Contact, b: Contact): Contact {
  const [one, other] = [arbiter(a, b), arbiter(b, a)];
  expect(one).to.equal(other);
  return one;
}

describe('lastWriteWins', () => {
  it('keeps the contact with the later timestamp, transport included', () => {
    const later = { id, timestamp: 2_000, data: 'a', transport: { type: 'tcp', port: 2 } };
    expect(winner({ id, timestamp: 1_999, data: 'z', transport: { type: 'tcp', port: 1 } }, later)).to.equal(
      later,
    );
  });

  it('counts an absent timestamp as 0', () => {
    const later = { id, timestamp: 1, data: 'a' };
    expect(winner({ id, data: 'z' }, later)).to.equal(later);
  });

  it('keeps the larger content of equal timestamps', () => {
    const larger = { id, timestamp: 1, data: 'z' };
    expect(winner({ id, timestamp: 1, data: 'a' }, larger)).to.equal(larger);
  });

  it('does not compare a timestamp with the present', () => {
    const future = { id, timestamp: last, data: 'a' };
    expect(winner({ id, timestamp: 1, data: 'z' }, future)).to.equal(future);
  });

  it('drops what is no timestamp', () => {
    for (const timestamp of ['5', 1.5, -1, true, null, {}, []]) {
      expect(arbiter(undefined, { id, timestamp })).to.deep.equal({ id });
    }
  });

  describe('arbiterDefaults', () => {
    const stamp = (contact: Contact, now: number, known?: Contact) =>
      arbiterDefaults(contact, { now, known }).timestamp;

    it('stamps with the clock in thousandths of a millisecond', () => {
      expect(stamp({ id }, 1_234)).to.equal(1_234_000);
      expect(stamp({ id }, 1_234.56789)).to.equal(1_234_567);
      expect(stamp({ id }, 0)).to.equal(0);
    });

    it('stamps right after a known version that is ahead of the clock', () => {
      expect(stamp({ id }, 1, { id, timestamp: 5_000 })).to.equal(5_001);
      expect(stamp({ id }, 1, { id, timestamp: 1_999 })).to.equal(2_000);
    });

    it('stamps by the clock when the known version is behind it, or has no timestamp', () => {
      expect(stamp({ id }, 9, { id, timestamp: 5_000 })).to.equal(9_000);
      expect(stamp({ id }, 9, { id, timestamp: '99999' })).to.equal(9_000);
      expect(stamp({ id }, 0, { id })).to.equal(1);
    });

    it('keeps a timestamp that is given, -0 as 0', () => {
      expect(stamp({ id, timestamp: 7 }, 9, { id, timestamp: 8 })).to.equal(7);
      expect(Object.is(stamp({ id, timestamp: -0 }, 9), 0)).to.equal(true);
    });

    it('refuses a given timestamp that is none', () => {
      for (const timestamp of ['5', 1.5, -1, Number.NaN, 2 ** 53, true, {}, null]) {
        expectThrowsCode(() => stamp({ id, timestamp }, 0), 'ERR_BAD_CLOCK');
      }
    });

    it('refuses to follow the last timestamp', () => {
      expectThrowsCode(() => stamp({ id }, 0, { id, timestamp: last }), 'ERR_CLOCK_EXHAUSTED');
    });
  });
});
