import { expect } from 'chai';
import { addressOf, SimulatedNodes } from '../support/simulated-nodes.js';

const MINUTE_MS = 60_000;

describe('a node that its seed does not admit', () => {
  for (const [what, admit] of [
    ['says no', () => false],
    ['throws', () => expect.fail('a fault of the hook')],
  ] as const) {
    it(`is isolated, and asks less and less often, when the hook ${what}`, async () => {
      const world = new SimulatedNodes(1);
      await world.run(async () => {
        let asked = 0;
        const gate = () => {
          asked++;
          return admit();
        };
        const seed = await world.start('seed', [], { admit: gate });
        const states: string[] = [];
        const node = await world.start('node', ['seed']);
        node.on('state', ({ state }) => states.push(state));
        expect(node.state).to.equal('isolated');
        await world.runtime.sleep(10 * MINUTE_MS);
        expect([node.state, node.routing.size, seed.routing.size]).to.deep.equal(['isolated', 0, 0]);
        expect(states).to.not.include('joined');
        // Within ten minutes of waits that double to one: some twenty times.
        expect(asked).to.be.within(8, 40);
      });
    });
  }

  it('is told so by a ping, and is in nobody’s table afterwards', async () => {
    const world = new SimulatedNodes(2);
    await world.run(async () => {
      await world.start('gate', [], { admit: () => false });
      const node = await world.start('node');
      const outcome = await node.ping(addressOf('gate')).then(
        () => 'answered',
        ({ code }) => code,
      );
      expect(outcome).to.equal('ERR_NOT_ADMITTED');
      expect(node.routing.size).to.equal(0);
    });
  });
});
