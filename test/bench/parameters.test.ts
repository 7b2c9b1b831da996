import { expect } from 'chai';
import { parametersOf } from '../../bench/lib/parameters.js';

const defaults = { nodes: 128, share: 0.25, peers: 'all', identity: false };

describe('parametersOf', () => {
  context('when nothing is given', () => {
    it('has the defaults', () => {
      expect(parametersOf([], defaults)).to.deep.equal(defaults);
    });
  });

  context('when all are given', () => {
    it('has each as what its default is', () => {
      const args = ['--nodes', '32', '--share=0.5', '--peers', 'libp2p', '--identity'];
      expect(parametersOf(args, defaults)).to.deep.equal({
        nodes: 32,
        share: 0.5,
        peers: 'libp2p',
        identity: true,
      });
    });
  });

  for (const args of [
    ['--nodes', '1.5'],
    ['--nodes', '-1'],
    ['--nodes', ''],
    ['--share', 'half'],
  ]) {
    context(`when ${args.join(' ')} is given`, () => {
      it('throws, and names the flag', () => {
        expect(() => parametersOf(args, defaults)).to.throw(args[0] as string);
      });
    });
  }

  context('when a flag is not known', () => {
    it('throws', () => {
      expect(() => parametersOf(['--noeds', '3'], defaults)).to.throw('--noeds');
    });
  });
});
