import { expect } from 'chai';
import fc from 'fast-check';
import { WaitingFrames } from '../../../transports/ws/waiting-frames.js';

describe('WaitingFrames', () => {
  it('gives back what was added, in order, however adding and taking alternate', () => {
    const frame = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.oneof(frame, fc.constant('take' as const)), { maxLength: 200 }), (steps) => {
        const waiting = new WaitingFrames();
        const expected: Uint8Array[] = [];
        for (const step of steps) {
          if (step === 'take') expect(waiting.take()?.slice()).to.deep.equal(expected.shift());
          else {
            waiting.add(step);
            expected.push(step.slice());
          }
          const bytes = expected.reduce((sum, { length }) => sum + 4 + length, 0);
          expect(waiting.bytes).to.equal(bytes);
        }
      }),
    );
  });

  it('takes little more than their bytes for thousands of small frames', () => {
    const before = process.memoryUsage().arrayBuffers;
    const waiting = new WaitingFrames();
    for (let count = 0; count < 20_000; count++) waiting.add(Uint8Array.of(count));
    expect(waiting.bytes).to.equal(100_000);
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(1_000_000);
    waiting.clear();
    expect(waiting.bytes).to.equal(0);
    expect(waiting.take()).to.equal(undefined);
  });
});
