import { expect } from 'chai';
import fc from 'fast-check';
import { KeyOrder } from '../../src/announce/key-order.js';
import { placesIn, regionAround, regionOf, shareOf } from '../../src/announce/region.js';
import { keyOfBytes } from '../../src/id/key.js';
import { prefixOf } from '../../src/id/prefix.js';

const prefix = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const prefixes = fc.array(prefix, { maxLength: 200 }).map((all) => all.sort((a, b) => a - b));

describe('regionAround', () => {
  it('has as many of the nodes as were wanted, and no smaller region around the prefix has', () => {
    fc.assert(
      fc.property(prefix, prefixes, fc.integer({ min: 1, max: 20 }), (around, nodes, count) => {
        const region = regionAround(around, nodes, count);
        const [from, to] = placesIn(region, nodes);
        expect(around).to.be.within(region.first, region.last);
        if (region.bits > 0) expect(to - from).to.be.at.least(count);
        if (region.bits === 32) return;
        const [halfFrom, halfTo] = placesIn(regionOf(around, region.bits + 1), nodes);
        expect(halfTo - halfFrom).to.be.below(count);
      }),
    );
  });

  it('is all of the key space where there are not so many', () => {
    expect(regionAround(7, [1, 2], 3)).to.deep.equal({ bits: 0, first: 0, last: 2 ** 32 - 1 });
    expect(shareOf(regionOf(7, 0))).to.equal(1);
  });

  it('takes a quarter of the key space for two bits', () => {
    expect(regionOf(0x8000_0001, 2)).to.deep.equal({ bits: 2, first: 0x8000_0000, last: 0xbfff_ffff });
    expect(shareOf(regionOf(0, 2))).to.equal(0.25);
  });

  it('puts every due key in exactly one region when it is walked along', () => {
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 200 }), prefixes, (due, nodes) => {
        const order = new KeyOrder(Uint32Array.from(due));
        const seen: number[] = [];
        for (let place = 0; place < order.size; ) {
          const region = regionAround(order.prefixAt(place), nodes, 5);
          const until = order.placeOf(region.last + 1);
          expect(until).to.be.above(place);
          for (; place < until; place++) {
            expect(order.prefixAt(place)).to.be.within(region.first, region.last);
            seen.push(order.indexAt(place));
          }
        }
        expect(seen.sort((a, b) => a - b)).to.deep.equal(due.map((_, index) => index));
      }),
    );
  });
});

describe('KeyOrder', () => {
  it('sorts by prefix, and knows whose each is', () => {
    fc.assert(
      fc.property(fc.array(prefix), (due) => {
        const order = new KeyOrder(Uint32Array.from(due));
        const sorted = due.map((_, place) => order.prefixAt(place));
        expect(sorted).to.deep.equal([...due].sort((a, b) => a - b));
        expect(due.map((_, place) => due[order.indexAt(place)])).to.deep.equal(sorted);
      }),
    );
  });

  it('finds the first place from a prefix on', () => {
    const order = new KeyOrder(Uint32Array.of(5, 1, 5, 9));
    expect([0, 1, 2, 5, 6, 10].map((from) => order.placeOf(from))).to.deep.equal([0, 0, 1, 1, 3, 4]);
  });

  it('takes the first four bytes of a key', () => {
    expect(prefixOf(keyOfBytes(new Uint8Array(32).fill(0xff)))).to.equal(2 ** 32 - 1);
    expect(prefixOf(keyOfBytes(Uint8Array.from({ length: 32 }, (_, i) => i)))).to.equal(0x0001_0203);
  });

  it('refuses more than it can tell apart', () => {
    expect(() => new KeyOrder(new Uint32Array(KeyOrder.mostItems + 1))).to.throw(RangeError);
  });
});
