import { expect } from 'chai';
import { gSet } from '../../arbiters/g-set.js';
import type { Contact } from '../../src/contracts/contact.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { expectThrowsCode } from '../support/expect-code.js';
import { idOf } from '../support/ids.js';

const id = idOf('foo');
const registration = { now: 0, known: undefined };
const { arbiter, arbiterDefaults } = gSet({ path: 'workerNodes' });

function merged(a: Contact, b: Contact): Contact {
  expect(arbiter(a, b)).to.deep.equal(arbiter(b, a));
  return arbiter(a, b);
}

describe('gSet', () => {
  it('has the entries of both contacts, and the rest of the one with the later clock', () => {
    const a = { id, vectorClock: 1, data: { workerNodes: { w1: 1 }, name: 'old' }, transport: { type: 'a' } };
    const b = { id, vectorClock: 2, data: { workerNodes: { w2: 2 }, name: 'new' }, transport: { type: 'b' } };
    expect(merged(a, b)).to.deep.equal({
      id,
      vectorClock: 2,
      data: { workerNodes: { w1: 1, w2: 2 }, name: 'new' },
      transport: { type: 'b' },
    });
  });

  it('keeps the set when one side lacks it, or has no data', () => {
    const full = { id, data: { workerNodes: ['w1'] } };
    expect(merged(full, { id, vectorClock: 1 })).to.deep.equal({
      id,
      vectorClock: 1,
      data: { workerNodes: ['w1'] },
    });
    expect(merged(full, { id, data: { name: 'n' } })).to.have.deep.nested.property('data.workerNodes', [
      'w1',
    ]);
  });

  it('adds no set where neither side has one', () => {
    expect(merged({ id }, { id, vectorClock: 1 })).to.deep.equal({ id, vectorClock: 1 });
    expect(merged({ id, data: { a: 1 } }, { id })).not.to.have.nested.property('data.workerNodes');
  });

  it('keeps an empty set', () => {
    expect(merged({ id, data: { workerNodes: {} } }, { id })).to.deep.equal({
      id,
      data: { workerNodes: {} },
    });
  });

  it('returns the incumbent itself when it has all of the candidate, and the candidate when it has all of the incumbent', () => {
    const less = { id, vectorClock: 1, data: { workerNodes: { w1: 1 } } };
    const more = { id, vectorClock: 1, data: { workerNodes: { w1: 1, w2: 2 } } };
    expect(arbiter(more, less)).to.equal(more);
    expect(arbiter(less, more)).to.equal(more);
  });

  it('merges at a deeper path', () => {
    const { arbiter: deep } = gSet({ path: 'pool.workers' });
    const a = { id, data: { pool: { workers: ['a'], size: 1 } } };
    expect(deep(a, { id, vectorClock: 1, data: { pool: { workers: ['b'], size: 2 } } })).to.deep.equal({
      id,
      vectorClock: 1,
      data: { pool: { workers: ['a', 'b'], size: 2 } },
    });
  });

  it('keeps a contact that can carry the set from one that cannot, whatever its clock', () => {
    const carrier = { id, data: { workerNodes: ['a'] } };
    for (const data of ['text', null, ['a'], { other: 'x'.repeat(1_000) }]) {
      expect(merged(carrier, { id, vectorClock: 9, data })).to.equal(carrier);
    }
    expect(merged({ id, vectorClock: 9, data: 'a' }, { id, vectorClock: 8, data: 'z' })).to.include({
      data: 'a',
    });
  });

  it('merges any two contacts into one that is not too large', () => {
    const full = (name: string): Contact => ({
      id,
      data: {
        workerNodes: Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`${name}-${i}`, 12_345])),
        name: name.repeat(900),
      },
    });
    const [a, b] = [full('a'), full('b')];
    for (const contact of [a, b, merged(a, b)])
      expect(EncodedContact.from(contact).bytes.length).to.be.at.most(3_072);
  });

  describe('arbiterDefaults', () => {
    it('fills in clock 0, and no set', () => {
      expect(arbiterDefaults({ id }, registration)).to.deep.equal({ id, vectorClock: 0 });
    });

    for (const [fact, code, contact] of [
      ['a bad clock', 'ERR_BAD_CLOCK', { id, vectorClock: '5' }],
      ['what is no set', 'ERR_BAD_CONTACT', { id, data: { workerNodes: 5 } }],
      ['data that is no object', 'ERR_BAD_CONTACT', { id, data: 'text' }],
      [
        'an entry that is too long',
        'ERR_CONTACT_TOO_LARGE',
        { id, data: { workerNodes: ['x'.repeat(600)] } },
      ],
      ['a rest that is too long', 'ERR_CONTACT_TOO_LARGE', { id, data: { other: 'x'.repeat(1_000) } }],
      ['a value that is no JSON', 'ERR_NOT_SERIALIZABLE', { id, data: { workerNodes: { a: () => 1 } } }],
    ] as const) {
      it(`refuses ${fact}`, () => {
        expectThrowsCode(() => arbiterDefaults(contact, registration), code);
      });
    }
  });

  it('refuses a path that names no field', () => {
    for (const path of ['', 'a.', '.a', 'a..b', 'a.__proto__', 'constructor', undefined as never]) {
      expectThrowsCode(() => gSet({ path }), 'ERR_BAD_OPTION');
    }
  });

  it('refuses what are no options', () => {
    for (const options of [undefined, null, 5, 'workerNodes', [], {}, { path: 'a', maxentries: 1 }])
      expectThrowsCode(() => gSet(options as never), 'ERR_BAD_OPTION');
  });
});
