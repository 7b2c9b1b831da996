import { expect } from 'chai';
import { isBridging, isWithin, KindCounts, reachOf } from '../../src/routing/reach.js';
import { encodedOf } from '../support/contacts.js';

/** A node with an address of each type. */
const nodeOf = (...types: readonly string[]) =>
  encodedOf(`${types}`, { transport: types.map((type) => ({ type, host: 'h', port: 1 })) });

describe('reachOf', () => {
  it('is how the peer listens, and how it has come', () => {
    expect([...reachOf({ peer: nodeOf('ws', 'quic'), linkType: 'tcp' })]).to.have.members([
      'tcp',
      'ws',
      'quic',
    ]);
  });

  it('is how it has come, of one that nobody can dial', () => {
    expect([...reachOf({ peer: encodedOf('dial-only'), linkType: 'ws' })]).to.deep.equal(['ws']);
  });
});

describe('isWithin', () => {
  it('holds for who has one address of those types', () => {
    expect(isWithin(new Set(['ws']), nodeOf('tcp', 'ws'))).to.equal(true);
    expect(isWithin(new Set(['ws', 'quic']), nodeOf('tcp'))).to.equal(false);
    expect(isWithin(new Set(['ws']), encodedOf('dial-only'))).to.equal(false);
  });
});

describe('isBridging', () => {
  it('holds for who has an address of another type', () => {
    expect(isBridging(new Set(['ws']), nodeOf('tcp', 'ws'))).to.equal(true);
    expect(isBridging(new Set(['ws', 'tcp']), nodeOf('tcp', 'ws'))).to.equal(false);
    expect(isBridging(new Set(['ws']), encodedOf('dial-only'))).to.equal(false);
  });
});

describe('KindCounts', () => {
  const counts = new KindCounts();
  const areAllWithin = (...types: readonly string[]) => counts.areAllWithin(new Set(types));

  it('know whether all can be dialled, as contacts come and go', () => {
    expect(areAllWithin('tcp')).to.equal(true);
    counts.add(nodeOf('tcp', 'tcp'));
    counts.add(nodeOf('tcp', 'ws'));
    expect([areAllWithin('tcp'), areAllWithin('ws'), areAllWithin('quic', 'tcp')]).to.deep.equal([
      true,
      false,
      true,
    ]);
    counts.add(nodeOf('ws'));
    expect([areAllWithin('tcp'), areAllWithin('ws'), areAllWithin('ws', 'tcp')]).to.deep.equal([
      false,
      false,
      true,
    ]);
    counts.remove(nodeOf('tcp'));
    expect([areAllWithin('tcp'), areAllWithin('ws')]).to.deep.equal([false, true]);
  });
});
