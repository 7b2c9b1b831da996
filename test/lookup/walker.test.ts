import { expect } from 'chai';
import { DisgoverError } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import type { WalkOptions } from '../../src/lookup/walker.js';
import { AbortScope } from '../../src/runtime/abort.js';
import { expectCode } from '../support/expect-code.js';
import { idBytesOf } from '../support/ids.js';
import { WalkNetwork } from '../support/walks.js';

function walk(network: WalkNetwork, options: WalkOptions = {}) {
  return network.walker.walk({ target: { id: idBytesOf(network.id) } }, options);
}

async function finish(network: WalkNetwork, options: WalkOptions = {}): Promise<unknown> {
  const steps = walk(network, options);
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
  }
}

describe('Walker', () => {
  context('when it knows nodes', () => {
    it('starts with them, and says where it walked to', async () => {
      const network = new WalkNetwork({ start: [8, 9], knows: { 8: [1] } });
      expect(await network.runtime.run(finish(network))).to.equal('closest');
      expect(network.asked).to.deep.equal([8, 9, 1]);
      expect(network.walkedTo).to.deep.equal([network.target]);
    });

    it('walks to a bare key', async () => {
      const network = new WalkNetwork({ start: [8] });
      const query = { target: { key: network.target } };
      await network.runtime.run(async () => {
        for await (const _ of network.walker.walk(query));
      });
      expect(network.queries).to.deep.equal([query]);
    });

    it('leaves no timer and no walk behind', async () => {
      const network = new WalkNetwork({ start: [8, 9] });
      await network.runtime.run(finish(network));
      expect([network.runtime.pendingTimers, network.walker.size, network.inFlight]).to.deep.equal([0, 0, 0]);
    });
  });

  context('when it knows nobody', () => {
    it('tries to join, and starts with whom that brought', async () => {
      const network: WalkNetwork = new WalkNetwork({
        start: [],
        rejoin: async () => void network.table.push(1),
      });
      expect(await network.runtime.run(finish(network))).to.equal('closest');
      expect(network.asked).to.deep.equal([1]);
    });

    it('rejects, and says why the seeds did not answer', async () => {
      const cause = new DisgoverError('DIAL_FAILED', 'nobody there');
      const network = new WalkNetwork({ start: [], seeds: () => ({ count: 2, fault: cause }) });
      const fault = await expectCode(network.runtime.run(finish(network)), 'ERR_NO_NODES');
      expect(fault.cause).to.equal(cause);
      expect(fault.message).to.equal('NO_NODES: 2 seeds tried, table empty, last: DIAL_FAILED: nobody there');
    });

    it('counts one seed as one', async () => {
      const network = new WalkNetwork({ start: [], seeds: () => ({ count: 1, fault: undefined }) });
      const fault = await expectCode(network.runtime.run(finish(network)), 'ERR_NO_NODES');
      expect(fault.message).to.equal('NO_NODES: 1 seed tried, table empty');
    });

    it('rejects when none of those it knows answers', async () => {
      const network = new WalkNetwork({ start: [1, 2] });
      network.dead.add(1).add(2);
      await expectCode(network.runtime.run(finish(network)), 'ERR_NO_NODES');
    });
  });

  context('when it takes too long', () => {
    it('rejects and ends the requests in flight', async () => {
      const network = new WalkNetwork({ start: [1, 2, 3] });
      network.silent.add(1);
      const startMs = network.runtime.now();
      await expectCode(network.runtime.run(finish(network)), 'ERR_LOOKUP_TIMEOUT');
      expect(network.runtime.now() - startMs).to.be.within(limits.lookupMs, limits.lookupMs + 16);
      expect(network.aborted).to.deep.equal([1]);
    });

    it('does so after the time that was given', async () => {
      const network = new WalkNetwork({ start: [1] });
      network.silent.add(1);
      const startMs = network.runtime.now();
      const fault = await expectCode(
        network.runtime.run(finish(network, { timeoutMs: 160 })),
        'ERR_LOOKUP_TIMEOUT',
      );
      expect(network.runtime.now() - startMs).to.be.within(160, 176);
      expect(fault.message).to.contain('160 ms, 1 asked, 0 answered');
    });

    it('counts the time of waiting for a place', async () => {
      const network = new WalkNetwork({ start: [1] });
      network.silent.add(1);
      for (let i = 0; i < limits.lookups; i++) finish(network).catch(() => {});
      await expectCode(network.runtime.run(finish(network, { timeoutMs: 100 })), 'ERR_LOOKUP_TIMEOUT');
      network.walker.close(new DisgoverError('CLOSED', 'over'));
    });
  });

  context('when more walks are under way than may be', () => {
    it('lets some wait, and refuses the others', async () => {
      const network = new WalkNetwork({ start: [1] });
      network.silent.add(1);
      const walks = Array.from({ length: limits.lookups + limits.lookupsQueued }, () => finish(network));
      for (const each of walks) each.catch(() => {});
      await expectCode(finish(network), 'ERR_BUSY');
      await network.runtime.advance(0);
      expect(network.asked).to.have.length(limits.lookups);
      expect(network.walker.size).to.equal(limits.lookups + limits.lookupsQueued);
      network.walker.close(new DisgoverError('CLOSED', 'over'));
      await Promise.allSettled(walks);
      expect(network.walker.size).to.equal(0);
    });
  });

  context('when the signal aborts', () => {
    it('rejects with its reason', async () => {
      const network = new WalkNetwork({ start: [1] });
      network.silent.add(1);
      const scope = new AbortScope();
      const outcome = finish(network, { signal: scope }).catch((reason) => reason);
      await network.runtime.advance(50);
      scope.abort('enough');
      expect(await outcome).to.equal('enough');
      expect([network.runtime.pendingTimers, scope.size, network.walker.size]).to.deep.equal([0, 0, 0]);
    });

    it('gives its place back in the same turn, though the caller stays at a step', async () => {
      const network = new WalkNetwork({ start: [1, 2] });
      const scope = new AbortScope();
      const steps = walk(network, { signal: scope });
      await network.runtime.run(steps.next());
      scope.abort('enough');
      expect([network.walker.size, network.runtime.pendingTimers]).to.deep.equal([0, 0]);
      expect(await steps.next().catch((reason) => reason)).to.equal('enough');
    });

    it('sends nothing when it has aborted before', async () => {
      const network = new WalkNetwork({ start: [1] });
      const scope = new AbortScope();
      scope.abort('enough');
      expect(await finish(network, { signal: scope }).catch((reason) => reason)).to.equal('enough');
      expect(network.asked).to.deep.equal([]);
    });
  });

  context('when the caller stays at a step for longer than the walk may take', () => {
    it('does not keep its place', async () => {
      const network = new WalkNetwork({ start: [1, 2] });
      const steps = walk(network);
      await network.runtime.run(steps.next());
      await network.runtime.advance(limits.lookupMs + 16);
      expect([network.walker.size, network.runtime.pendingTimers]).to.deep.equal([0, 0]);
    });
  });

  context('when it is closed', () => {
    it('ends every walk with the reason given, and begins no other', async () => {
      const network = new WalkNetwork({ start: [1] });
      network.silent.add(1);
      const outcome = finish(network);
      await network.runtime.advance(0);
      network.walker.close(new DisgoverError('CLOSED', 'over'));
      await expectCode(outcome, 'ERR_CLOSED');
      await expectCode(finish(network), 'ERR_CLOSED');
    });
  });

  context('with several paths', () => {
    it('asks one node at a time on each, and nobody twice', async () => {
      const network = new WalkNetwork({ start: [6, 7, 8], knows: { 6: [1, 2, 3], 7: [1, 2, 3], 8: [1, 2] } });
      expect(await network.runtime.run(finish(network, { paths: 3 }))).to.equal('closest');
      expect(network.asked).to.have.members([6, 7, 8, 1, 2, 3]);
    });
  });
});
