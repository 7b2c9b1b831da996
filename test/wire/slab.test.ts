import { expect } from 'chai';
import fc from 'fast-check';
import { copyOf } from '../../src/wire/slab.js';

describe('copyOf', () => {
  it('copies, side by side, what others do not overwrite', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 60 }), (strings) => {
        const copies = strings.map((bytes) => copyOf(bytes));
        const wanted = strings.map((bytes) => [...bytes]);
        for (const bytes of strings) bytes.fill(0);
        expect(copies.map((copy) => [...copy])).to.deep.equal(wanted);
      }),
    );
  });

  it('takes a part, also of a Buffer', () => {
    const bytes = Buffer.from('abcdef');
    const part = copyOf(bytes, 2, 4);
    expect([...part]).to.deep.equal([...Buffer.from('cd')]);
    const long = copyOf(Buffer.alloc(1_000, 7), 100, 900);
    bytes.fill(0);
    expect([long.length, long.constructor === Uint8Array, long.buffer.byteLength]).to.deep.equal([
      800,
      true,
      800,
    ]);
  });
});
