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
  const machine = { system: 'linux', cpu: '<cpu>', cores: 2, memoryBytes: 1 };
  const origin = {
    command: 'hops --model --nodes 1000',
    node: 'v20.0.0',
    machine,
    peakBytes: 1,
    at: '2026-01-01T00:00:00.000Z',
  };
  const optionsOf = (...args: string[]) => (hopsOf(parametersOf(args, flags)) as [HopsOptions])[0];
  const options = optionsOf('--model');
  const batch = { lookups: 2, samples };
  const page = reportPage([measuredOf(options, [batch])], origin);

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

  it('shows the ideal figures, and says whose they are', () => {
    expect(page)
      .to.include('textbook walk, ideal tables')
      .and.include('class="ring"')
      .and.include('line theory"');
  });

  for (const args of [
    ['--dead', '0.2'],
    ['--adversaries', '0.2'],
    ['--paths', '2'],
  ]) {
    it(`shows no ideal figures for ${args.join(' ')}`, () => {
      const other = reportPage([measuredOf(optionsOf('--model', ...args), [batch])], origin);
      expect(other).to.not.match(/ideal tables|class="ring"|line theory"|class="fit"/);
    });
  }

  it('tells busy nodes from all', () => {
    const busy = optionsOf('--busy', '5');
    const both = [measuredOf({ ...busy, busy: 0 }, [batch]), measuredOf(busy, [batch])];
    const items = reportPage(both, origin).match(/<li class="s\d">[^<]*/g) ?? [];
    expect(new Set(items.map((item) => item.replace(/.*>/, '')))).to.deep.equal(
      new Set(['1,000 nodes, engine', '1,000 nodes, engine, 5 busy alone']),
    );
  });

  it('leaves out what there are no samples of', () => {
    const nothing = { lookups: 2, samples: { ...emptySamples(), table: [130] } };
    for (const all of [[nothing], [batch, nothing]]) {
      const other = reportPage(
        all.map((one) => measuredOf(options, [one])),
        origin,
      );
      expect(other).to.not.match(/NaN|Infinity/);
    }
    expect(reportPage([measuredOf(options, [nothing])], origin)).to.not.include('requests to end</th><td>');
  });

  it('says how to repeat it', () => {
    expect(page).to.include('npm run bench -- hops --model --nodes 1000');
  });
});
