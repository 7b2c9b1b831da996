import { expect } from 'chai';
import type { Runtime } from '../../src/contracts/runtime.js';
import { jittered, randomFraction } from '../../src/runtime/random.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';

/** A runtime whose chance is these bytes. */
const chance = (...bytes: readonly number[]) =>
  ({ randomBytes: () => Uint8Array.from([9, ...bytes]).subarray(1) }) as unknown as Runtime;

describe('randomFraction', () => {
  it('is 0 at least and less than 1', () => {
    expect(randomFraction(chance(0, 0, 0, 0))).to.equal(0);
    expect(randomFraction(chance(0x80, 0, 0, 0))).to.equal(0.5);
    expect(randomFraction(chance(255, 255, 255, 255))).to.be.within(0.999_999, 0.999_999_999_999);
  });

  it('is spread evenly', () => {
    const runtime = new VirtualRuntime({ seed: 5 });
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const tenth = Math.floor(10 * randomFraction(runtime));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(count).to.be.within(850, 1_150);
  });
});

describe('jittered', () => {
  it('is more or less by up to the share', () => {
    expect(jittered(chance(0, 0, 0, 0), 1_000, 0.1)).to.equal(900);
    expect(jittered(chance(0x80, 0, 0, 0), 1_000, 0.1)).to.equal(1_000);
    expect(jittered(chance(255, 255, 255, 255), 1_000, 0.1)).to.be.closeTo(1_100, 0.001);
  });
});
