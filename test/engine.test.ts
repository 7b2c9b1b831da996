import { expect } from 'chai';
import { Engine } from '../src/engine.js';
import { resolveOptions } from '../src/options.js';
import { SimulatedNetwork } from '../src/simulation/network.js';
import { VirtualRuntime } from '../src/simulation/virtual-runtime.js';
import { addressesOf } from '../src/wire/addresses.js';
import { memory } from '../transports/memory/index.js';

describe('Engine', () => {
  for (const ms of [0, 5, 15, 25, 35])
    it(`says who is at an address that it has begun to verify ${ms} ms before`, async () => {
      const runtime = new VirtualRuntime({ seed: 1 });
      const network = new SimulatedNetwork(runtime);
      const secret = Buffer.alloc(32, 7).toString('base64');
      const engineAt = (host: string) =>
        new Engine(resolveOptions({ transport: memory({ network, host, port: 1 }), runtime, secret }));
      const [asking, asked] = [engineAt('asking'), engineAt('asked')];
      await runtime.run(async () => {
        await asking.listen();
        await asked.listen();
        asking.routing.verify(asked.self.contact);
        await runtime.sleep(ms);
        const [address] = addressesOf(asked.self.contact);
        const { id } = await asking.meet({ type: 'memory', ...address }, undefined);
        expect(id).to.equal(asked.self.contact.id);
        await asking.close();
        await asked.close();
      });
    });
});
