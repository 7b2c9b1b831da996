import { expect } from 'chai';
import { gSet } from '../../arbiters/g-set.js';
import type { Contact } from '../../src/index.js';
import { idOf } from '../support/ids.js';
import { type NodeOptions, SimulatedNodes } from '../support/simulated-nodes.js';

const SERVICE = idOf('service');

interface Workers {
  readonly workerNodes?: Readonly<Record<string, unknown>>;
}

/** As its user writes it: the union of both sets, and nothing else of either contact. */
const union: NodeOptions = {
  arbiter(incumbent: Contact<Workers> | undefined, candidate: Contact<Workers>): Contact {
    if (!incumbent?.data?.workerNodes) return candidate;
    if (!candidate.data?.workerNodes) return incumbent;
    return {
      id: candidate.id,
      data: { workerNodes: { ...incumbent.data.workerNodes, ...candidate.data.workerNodes } },
    };
  },
};

const arbiters: Record<string, NodeOptions> = {
  'merged by gSet': gSet({ path: 'workerNodes' }),
  "merged by a user's arbiter that drops the address": union,
};

describe('a set that three hosts register', function () {
  this.timeout(20_000);

  for (const [how, options] of Object.entries(arbiters)) {
    for (const count of [4, 60]) {
      for (const when of ['one after the other', 'at once']) {
        it(`is whole for each of ${count} nodes that asks three holders, ${how}, ${when}`, async () => {
          const nodes = new SimulatedNodes(7, options, { latencyMs: { min: 5, max: 50 } });
          const found: (readonly [string, string])[] = [];
          await nodes.run(async () => {
            await nodes.startMany(count);
            const hosts = ['node-0', 'node-1', `node-${count - 1}`];
            const registering = hosts.map((host, i) => async () => {
              await nodes
                .get(host)
                .register({ id: SERVICE, data: { workerNodes: { [`worker-${i}`]: true } } });
            });
            if (when === 'at once') await Promise.all(registering.map((register) => register()));
            else for (const register of registering) await register();
            for (const [name, node] of nodes.byName) {
              const contact = await node.find<Workers>(SERVICE, { agree: 3 });
              found.push([
                name,
                Object.keys(contact?.data?.workerNodes ?? {})
                  .sort()
                  .join(),
              ]);
            }
          });
          expect(found.filter(([, workers]) => workers !== 'worker-0,worker-1,worker-2')).to.deep.equal([]);
          expect(found).to.have.length(count);
        });
      }
    }
  }
});
