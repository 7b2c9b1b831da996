import { expect } from 'chai';
import fc from 'fast-check';
import { Refusal } from '../../src/errors.js';
import { utf8 } from '../../src/id/bytes.js';
import { canonicalJson, parseJson } from '../../src/wire/json.js';
import { json } from '../support/arbitraries.js';

describe('canonicalJson', () => {
  it('is undone by parseJson', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(parseJson(utf8(canonicalJson(value) as string))).to.deep.equal(value);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is the identity on its own texts', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value) as string;
        expect(canonicalJson(parseJson(utf8(text)))).to.equal(text);
      }),
      { numRuns: 3_000 },
    );
  });

  it('says what JSON.stringify says, but for the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value) as string;
        expect(text.length).to.equal(JSON.stringify(value).length);
        expect(JSON.parse(text)).to.deep.equal(value);
      }),
    );
  });
});

describe('parseJson', () => {
  it('takes nothing that JSON.parse does not, and gives the same', () => {
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      // JSON with one piece put in its midst
      fc
        .tuple(
          fc.json(),
          fc.nat(),
          fc.constantFrom(',', ':', '"', '}', ']', '{', '[', '0', '-', 'e', ' ', '\\', '\u0000'),
        )
        .map(([whole, at, piece]) => {
          const place = at % (whole.length + 1);
          return whole.slice(0, place) + piece + whole.slice(place);
        }),
    );
    fc.assert(
      fc.property(text, (each) => {
        const value = parseJson(Buffer.from(each));
        let wanted: unknown;
        try {
          wanted = JSON.parse(Buffer.from(each).toString());
        } catch {
          expect(value).to.be.instanceOf(Refusal).with.property('code', 'BAD_JSON');
          const position = Number((value as Refusal).detail.replace('position ', ''));
          // Where the fault is: not before what can begin a JSON text, not after the end.
          expect(position).to.be.within(0, each.length);
          return;
        }
        if (!(value instanceof Refusal)) expect(value).to.deep.equal(wanted);
        else
          expect(value.code).to.be.oneOf([
            'DUPLICATE_KEY',
            'FORBIDDEN_KEY',
            'BAD_NUMBER',
            'BAD_STRING',
            'TOO_DEEP',
          ]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('finds the fault of a text that was cut at its end', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (whole, at) => {
        const cut = whole.slice(0, at % whole.length);
        const value = parseJson(Buffer.from(cut));
        if (!(value instanceof Refusal) || value.code !== 'BAD_JSON') return;
        const position = Number(value.detail.replace('position ', ''));
        // Only a token that is not whole can be what cannot stand there.
        expect(cut.slice(position)).to.match(/^$|^["\-.eEtfn]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parseJson(bytes);
      }),
      { numRuns: 5_000 },
    );
  });
});
