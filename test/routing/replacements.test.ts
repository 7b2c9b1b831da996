import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import { Replacements } from '../../src/routing/replacements.js';
import { contactAtDistance } from '../support/contacts.js';
import { keyOfName } from '../support/ids.js';

const own = keyOfName('own');
const at = (distance: number | bigint) => contactAtDistance(own, distance);

describe('Replacements', () => {
  it('gives the newest that waits at the bucket that an entry left', () => {
    const replacements = new Replacements(own);
    const [first, second, elsewhere] = [at(8), at(9), at(16)];
    for (const contact of [first, second, elsewhere]) replacements.add(contact);
    expect(replacements.take(at(12).key)).to.equal(second);
    expect(replacements.take(at(12).key)).to.equal(first);
    expect(replacements.take(at(12).key)).to.equal(undefined);
    expect(replacements.size).to.equal(1);
  });

  it('has a node once, as it was seen last', () => {
    const replacements = new Replacements(own);
    const [old, other] = [at(8), at(9)];
    const renewed = contactAtDistance(own, 8, { data: 'new' });
    for (const contact of [old, other, renewed]) replacements.add(contact);
    expect(replacements.size).to.equal(2);
    expect(replacements.take(old.key)).to.equal(renewed);
  });

  it('keeps the ten newest of a bucket', () => {
    const replacements = new Replacements(own);
    const contacts = Array.from({ length: limits.replacementsPerBucket + 2 }, (_, i) => at(16 + i));
    for (const contact of contacts) replacements.add(contact);
    expect(replacements.size).to.equal(limits.replacementsPerBucket);
    const taken = contacts.map(() => replacements.take(at(20).key)).filter((each) => each !== undefined);
    expect(taken).to.deep.equal(contacts.slice(2).reverse());
  });

  it('has no place for ourselves', () => {
    const replacements = new Replacements(own);
    replacements.add(at(0));
    expect([replacements.size, replacements.take(own)]).to.deep.equal([0, undefined]);
  });
});
