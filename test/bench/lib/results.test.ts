import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { record } from '../../../bench/lib/results.js';

describe('record', () => {
  const dir = mkdtempSync(join(tmpdir(), 'disgover-bench-'));
  after(() => rmSync(dir, { recursive: true }));

  it('writes the results, with what is needed to repeat them', () => {
    const file = join(dir, 'results.json');
    record(file, { mean: 1, interval: Number.NaN });
    const written = JSON.parse(readFileSync(file, 'utf8'));
    expect(written).to.include.all.keys('command', 'node', 'machine', 'at');
    expect(written.mean).to.equal(1);
    // No number: left out.
    expect(written).to.not.have.property('interval');
  });
});
