// Links that are full of frames: what one of them has sent does not keep the others waiting.

import { expect } from 'chai';
import { limits } from '../../src/limits.js';
import type { Link, Transport } from '../../src/plugin.js';
import { tcp } from '../../transports/tcp/index.js';
import { ws } from '../../transports/ws/index.js';
import { serverTls } from '../support/certificates.js';

const transports = {
  TCP: () => tcp(),
  'TCP with TLS': () => tcp({ tls: serverTls }),
  WebSocket: () => ws(),
};

/** As many as fill several turns, in few enough bytes to wait with the system. */
const FRAMES = 4 * limits.linkTurnFrames;

/** The longest run of equal items. */
function longestRun(items: readonly unknown[]): number {
  let longest = 0;
  let length = 0;
  for (const [i, item] of items.entries()) {
    length = i > 0 && item === items[i - 1] ? length + 1 : 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

describe('links that are full of frames', () => {
  for (const [name, make] of Object.entries(transports)) {
    it(`are read in turns over ${name}`, async () => {
      const [listener, dialler] = [make(), make()] as [Transport, Transport];
      const accepted: Link[] = [];
      const info = await listener.listen((link) => accepted.push(link));
      if (info === undefined) return expect.fail('it does not listen');
      try {
        const got: number[] = [];
        const allCame = new Promise<void>((resolve) => {
          const onFrame = (frame: Uint8Array) => {
            got.push(frame[0] as number);
            if (got.length === 2 * FRAMES) resolve();
          };
          void (async () => {
            for (const sender of [1, 2]) {
              const { signal } = new AbortController();
              const link = await dialler.dial(info, { signal });
              link.open({ onFrame: () => {}, onPartialFrame: () => {}, onClose: () => {} });
              for (let i = 0; i < FRAMES; i++) link.send(Uint8Array.of(sender));
            }
            // All that was sent waits with the system until the links are opened, in one turn.
            while (accepted.length < 2) await new Promise(setImmediate);
            for (const link of accepted) link.open({ onFrame, onPartialFrame: () => {}, onClose: () => {} });
          })();
        });
        await allCame;
        // Two turns of one are next to each other where the other has only begun to read.
        expect(longestRun(got)).to.be.at.most(2 * limits.linkTurnFrames);
      } finally {
        await Promise.all([listener.close(), dialler.close()]);
      }
    });
  }
});
