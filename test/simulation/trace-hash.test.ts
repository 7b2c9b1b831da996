import { expect } from 'chai';
import fc from 'fast-check';
import { TraceHash } from '../../src/simulation/trace-hash.js';

const hashOf = (...frames: readonly Uint8Array[]) => {
  const hash = new TraceHash();
  for (const frame of frames) hash.bytes(frame);
  return hash.value;
};

describe('TraceHash', () => {
  it('is the same for the same bytes, and another when one of them is another', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, place, change) => {
          const other = Uint8Array.from(bytes);
          const at = place % bytes.length;
          other[at] = (other[at] as number) ^ change;
          expect(hashOf(bytes)).to.equal(hashOf(Uint8Array.from(bytes)));
          expect(hashOf(other)).not.to.equal(hashOf(bytes));
        },
      ),
    );
  });

  it('tells where one frame ends and the next begins', () => {
    const [a, b, ab] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(1, 2, 3, 4)];
    expect(new Set([hashOf(a, b), hashOf(b, a), hashOf(ab), hashOf(ab, new Uint8Array(0))]).size).to.equal(4);
  });
});
