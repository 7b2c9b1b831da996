import { expect } from 'chai';
import { fragmented, RawWebSocket } from '../support/raw-web-socket.js';
import { WsVictim } from '../support/ws-victim.js';

const CONNECTIONS = 20;
const FRAGMENTS = 60_000;
const MiB = 1_048_576;

describe('a node that 20 peers send 60,000 fragments of one byte each', function () {
  this.timeout(30_000);
  let victim: WsVictim;

  before(async () => {
    victim = await WsVictim.start();
  });
  after(() => victim.end());

  /** All at once; what is left when the node closes is lost with the socket. */
  const attack = async (port: number, fragments: number) => {
    const bytes = fragmented(Buffer.alloc(fragments), fragments + 1).subarray(0, 7 * fragments);
    const peers = await Promise.all(Array.from({ length: CONNECTIONS }, () => RawWebSocket.open(port)));
    for (const peer of peers) peer.send(bytes);
    await Promise.all(peers.map((peer) => peer.ended()));
  };

  it('refuses them all, and takes at most 10 MB more', async () => {
    const { port } = await victim.tell();
    // What code and buffers of sockets take is there before: peers that do the same, and less of it.
    for (let round = 0; round < 3; round++) await attack(port, FRAGMENTS / 20);
    const before = await victim.tell();
    await attack(port, FRAGMENTS);
    const after = await victim.tell();
    expect(after.refused).to.deep.equal({ TOO_MANY_FRAGMENTS: 4 * CONNECTIONS });
    const grown = Math.max(after.rssBytes - before.rssBytes, after.peakBytes - before.peakBytes);
    expect(grown / MiB).to.be.below(10);
  });
});
