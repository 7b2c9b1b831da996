import { expect } from 'chai';
import { Bulletin } from '../../src/cli/bulletin.js';
import { DisgoverError, faultOfPeer } from '../../src/errors.js';
import { Events } from '../../src/events.js';

const SEED = { type: 'tcp', host: '10.0.0.7', port: 6742 };
const peerSays = 'said by the peer';

/** A bulletin of a node that has started, what it says, and a clock to turn. */
function bulletin() {
  const lines: string[] = [];
  const clock = { ms: 0 };
  const events = new Events();
  const told = new Bulletin({ notice: (line) => lines.push(line) }, () => clock.ms);
  told.watch({ state: 'isolated', on: events.on.bind(events) });
  const seedFails = (code: string, message: string, seed = SEED) =>
    told.logger.warn({ seed: [seed], code: `ERR_${code}`, detail: message }, 'seed failed');
  const refused = (remote: string, detail = 'x', code = 'BAD_SECRET' as const) =>
    events.emit('refused', { remote, code, detail });
  return { lines, clock, events, told, seedFails, refused };
}

describe('Bulletin', () => {
  it('says why a seed fails, once for each reason, in the words of the command line', () => {
    const { lines, seedFails } = bulletin();
    const wrongSecret = DisgoverError.from(faultOfPeer('BAD_SECRET', 'close')).message;
    for (const message of [wrongSecret, wrongSecret]) seedFails('BAD_SECRET', message);
    seedFails('DIAL_FAILED', 'DIAL_FAILED: 10.0.0.7:6742: ECONNREFUSED');
    seedFails('DIAL_FAILED', 'DIAL_FAILED: 10.0.0.8:1: ECONNREFUSED', { ...SEED, host: '10.0.0.8', port: 1 });
    expect(lines).to.deep.equal([
      'seed tcp://10.0.0.7:6742: BAD_SECRET: said by the peer: its group has another secret, or this node gives none: see --secret-file',
      'seed tcp://10.0.0.7:6742: DIAL_FAILED: 10.0.0.7:6742: ECONNREFUSED',
      'seed tcp://10.0.0.8:1: DIAL_FAILED: 10.0.0.8:1: ECONNREFUSED',
    ]);
  });

  it('says nothing of a seed that is the node itself, nor of other warnings', () => {
    const { lines, seedFails, told } = bulletin();
    seedFails('SELF_CONNECT', 'SELF_CONNECT: the address is our own');
    told.logger.warn({ code: 'ARBITER_THREW' }, 'arbiter fault');
    expect(lines).to.deep.equal([]);
  });

  it('says when the node joins, and when it loses all others; then seeds are told of anew', () => {
    const { lines, seedFails, events } = bulletin();
    seedFails('DIAL_FAILED', 'DIAL_FAILED: x');
    events.emit('state', { state: 'joined' });
    events.emit('state', { state: 'isolated' });
    seedFails('DIAL_FAILED', 'DIAL_FAILED: x');
    expect(lines).to.deep.equal([
      'seed tcp://10.0.0.7:6742: DIAL_FAILED: x',
      'joined',
      'no node answers any more: the seeds are asked again and again',
      'seed tcp://10.0.0.7:6742: DIAL_FAILED: x',
    ]);
  });

  it('says whom the node refuses, once in ten seconds a host and code', () => {
    const { lines, clock, refused } = bulletin();
    refused('10.0.0.1:50000', 'one');
    clock.ms = 9_999;
    refused('10.0.0.1:50001', 'two');
    refused('[::1]:50000', 'three');
    clock.ms = 10_000;
    refused('10.0.0.1:50002', 'four');
    expect(lines).to.deep.equal([
      'refused 10.0.0.1: BAD_SECRET: one',
      'refused ::1: BAD_SECRET: three',
      'refused 10.0.0.1: BAD_SECRET: four',
    ]);
  });

  it('says who refuses the node, but for a seed of which that was said', () => {
    const { lines, seedFails, refused } = bulletin();
    seedFails('BAD_SECRET', 'BAD_SECRET: y');
    refused('10.0.0.7:6742', peerSays);
    refused('10.0.0.8:6742', peerSays);
    expect(lines.slice(1)).to.deep.equal(['refused by 10.0.0.8: BAD_SECRET: said by the peer']);
  });

  it('is not filled by strangers with many addresses', () => {
    const { lines, clock, refused } = bulletin();
    for (let i = 0; i < 1_000; i++) refused(`10.0.${i >> 8}.${i & 255}:1`);
    expect(lines).to.have.length(64);
    clock.ms = 10_000;
    refused('10.9.9.9:1');
    expect(lines).to.have.length(65);
  });
});
