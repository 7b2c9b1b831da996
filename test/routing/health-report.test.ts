import { expect } from 'chai';
import { healthReport } from '../../src/routing/health-report.js';
import { Refresh } from '../../src/routing/refresh.js';
import { RoutingTable } from '../../src/routing/routing-table.js';
import { contactAtDistance } from '../support/contacts.js';
import { keyAtDistance, keyOfName } from '../support/ids.js';

const own = keyOfName('own');

describe('healthReport', () => {
  it('counts each bucket by its highest differing bit, whatever the tree has split', () => {
    const table = new RoutingTable({
      own,
      k: 20,
      arbitrate: (_incumbent, candidate) => candidate,
      isDialable: () => true,
    });
    for (const [at, distance] of [1n, 2n, 3n, 1n << 5n, 1n << 255n].entries()) {
      table.add(contactAtDistance(own, distance), at);
    }
    const refresh = new Refresh(own);
    refresh.walked(keyAtDistance(own, 1n << 5n), 40);
    const report = healthReport(table, own, refresh, 100);
    expect(report.buckets).to.deep.equal([
      { index: 255, size: 1, doubtful: 0, verifiedMsAgo: 96 },
      { index: 5, size: 1, doubtful: 0, verifiedMsAgo: 97, walkedMsAgo: 60 },
      { index: 1, size: 2, doubtful: 0, verifiedMsAgo: 98 },
      { index: 0, size: 1, doubtful: 0, verifiedMsAgo: 100 },
    ]);
    expect(report.gaps).to.have.length(255 - 3);
    expect(report.gaps).not.to.include.members([255, 5, 1, 0]);
  });
});
