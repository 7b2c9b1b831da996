import { expect } from 'chai';
import fc from 'fast-check';
import * as browser from '../../src/id/base64.browser.js';
import * as node from '../../src/id/base64.js';

for (const [where, { base64Of, bytesOfBase64 }] of [
  ['Node', node],
  ['a browser', browser],
] as const) {
  describe(`base64 in ${where}`, () => {
    it('is that of RFC 4648, section 10', () => {
      const spelled = ['f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) =>
        base64Of(Buffer.from(text)),
      );
      expect(spelled).to.deep.equal(['Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy']);
    });

    it('gives back what was spelled, as plain bytes of their own', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          const back = bytesOfBase64(base64Of(bytes));
          expect([...back]).to.deep.equal([...bytes]);
          expect([back.constructor, back.buffer.byteLength]).to.deep.equal([Uint8Array, bytes.length]);
        }),
      );
    });

    it('spells a view of more', () => {
      expect(base64Of(new Uint8Array([0, 102, 111, 111, 0]).subarray(1, 4))).to.equal('Zm9v');
    });
  });
}
