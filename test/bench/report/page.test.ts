import { expect } from 'chai';
import { emptySamples, measuredOf } from '../../../bench/hops/figures.js';
import { flags, type HopsOptions, hopsOf } from '../../../bench/hops/options.js';
import { parametersOf } from '../../../bench/lib/parameters.js';
import { hopLine, idealPoints } from '../../../bench/report/ideal.js';
import { reportPage } from '../../../bench/report/page.js';

describe('hopLine', () => {
  it('goes through the ideal figures: 6.1 bits a hop for a node, k 20, alpha 3', () => {
    const { bits, offset } = hopLine({ k: 20, alpha: 3, target: 'node' });
    expect(bits).to.be.closeTo(6.1, 0.05);
    expect(offset).to.be.closeTo(-0.69, 0.02);
  });

  it('is that of theory where none were calculated: 1.33 + log2 k bits a hop', () => {
    const { bits, origin } = hopLine({ k: 16, alpha: 3, target: 'node' });
    expect([bits, origin]).to.deep.equal([5.33, 'theory']);
    expect(idealPoints({ k: 16, alpha: 3, target: 'node' })).to.deep.equal([]);
  });
});

describe('reportPage', () => {
  const samples = {
    ...emptySamples(),
    table: [130],
    hops: [1, 2],
    timeToFind: [0.9, 1.8],
    timeToEnd: [8, 9],
  };
  const [options] = hopsOf(parametersOf(['--model', '--nodes', '1000'], flags)) as [HopsOptions];
  const machine = { system: 'linux', cpu: '<cpu>', cores: 2, memoryBytes: 1 };
  const page = reportPage([measuredOf(options, [{ lookups: 2, samples }])], {
    command: 'hops --model --nodes 1000',
    node: 'v20.0.0',
    machine,
    peakBytes: 1,
    at: '2026-01-01T00:00:00.000Z',
  });

  it('needs nothing from elsewhere', () => {
    expect(page).to.not.match(/(src|href)=|url\(|@import|https?:/);
  });

  it('has four plots, in colours for light and dark', () => {
    expect(page.match(/<svg /g)).to.have.length(4);
    expect(page).to.include('prefers-color-scheme: dark');
  });

  it('escapes what it is told', () => {
    expect(page).to.include('&lt;cpu>');
    expect(page).to.not.include('<cpu>');
  });

  it('says how to repeat it', () => {
    expect(page).to.include('npm run bench -- hops --model --nodes 1000');
  });
});
