// What the ancestor's arbiters got wrong, fed as bytes that a peer may send.

import { expect } from 'chai';
import { gSet } from '../../arbiters/g-set.js';
import { lastWriteWins } from '../../arbiters/last-write-wins.js';
import { vectorClock } from '../../arbiters/vector-clock.js';
import type { Contact } from '../../src/contracts/contact.js';
import { utf8 } from '../../src/id/bytes.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { expectRefusal, expectThrowsCode } from '../support/expect-code.js';

/** The contact of a peer that wrote its JSON by hand. */
const received = (fields: string) => EncodedContact.ofBytes(utf8(`\u0003foo${fields}`));
const contact = (fields: string): Contact => received(fields).contact;

describe('hostile contacts at the arbiters', () => {
  const { arbiter } = vectorClock();

  it('clock-zero: 0 is a clock, and no clock is 0', () => {
    const zero = contact('{"vectorClock":0,"data":"b"}');
    for (const other of ['{"vectorClock":-7,"data":"a"}', '{"data":"a"}', '{"vectorClock":-0,"data":"a"}']) {
      expect(arbiter(zero, contact(other))).to.equal(zero);
      expect(arbiter(contact(other), zero)).to.equal(zero);
    }
    const one = contact('{"vectorClock":1,"data":"a"}');
    expect(arbiter(zero, one)).to.equal(one);
    expect(arbiter(one, zero)).to.equal(one);
  });

  it('clock-tie: the same contact wins in both orders', () => {
    const [a, b] = [contact('{"vectorClock":5,"data":"a"}'), contact('{"vectorClock":5,"data":"b"}')];
    expect(arbiter(a, b)).to.equal(b);
    expect(arbiter(b, a)).to.equal(b);
  });

  for (const alien of ['"z"', '{}', '[9]', 'null', 'true', '1.5', '-1', '{"a":9,"b":"z"}', '{"a":{"b":9}}']) {
    it(`clock-alien: ${alien} counts as no clock`, () => {
      const honest = contact('{"vectorClock":1,"timestamp":1,"data":"a"}');
      const liar = contact(`{"vectorClock":${alien},"timestamp":${alien},"data":"z"}`);
      for (const { arbiter: m } of [vectorClock(), lastWriteWins(), gSet({ path: 'set' })]) {
        expect(m(honest, liar)).to.deep.equal(honest);
        expect(m(liar, honest)).to.deep.equal(honest);
      }
    });
  }

  for (const number of ['1e999', '-1e999', '9007199254740992', '1e308']) {
    it(`clock-alien: ${number} does not reach an arbiter`, () => {
      expectRefusal(received(`{"vectorClock":${number}}`).parse(), 'BAD_NUMBER');
    });
  }

  context('g-set-example', () => {
    const { arbiter: union } = gSet({ path: 'workerNodes' });
    const transport = '"transport":{"type":"tcp","host":"127.0.0.1","port":1}';
    const incumbent = contact(`{"data":{"workerNodes":{"a":1}},${transport}}`);
    const candidate = contact(`{"data":{"workerNodes":{"b":2}},${transport}}`);

    it('leaves the incumbent as it was', () => {
      union(incumbent, candidate);
      expect(incumbent.data).to.deep.equal({ workerNodes: { a: 1 } });
    });

    it('keeps transport', () => {
      expect(union(incumbent, candidate).transport).to.deep.equal({
        type: 'tcp',
        host: '127.0.0.1',
        port: 1,
      });
    });

    it('sets no prototype by a key', () => {
      const poisoned = received('{"data":{"workerNodes":{"__proto__":{"polluted":true}}}}').parse();
      expectRefusal(poisoned, 'FORBIDDEN_KEY');
      // What no decoder lets through must do no harm either.
      const inMemory = JSON.parse(
        '{"id":"Zm9v","data":{"workerNodes":{"__proto__":{"polluted":true}}}}',
      ) as Contact;
      expectThrowsCode(() => union(incumbent, inMemory), 'ERR_FORBIDDEN_KEY');
      expect(Object.hasOwn(Object.prototype, 'polluted')).to.equal(false);
    });

    it('does not grow without bound', () => {
      let stored = incumbent;
      for (let i = 0; i < 2_000; i++)
        stored = union(stored, contact(`{"data":{"workerNodes":{"worker-${i}":${i}}}}`));
      expect(EncodedContact.from(stored).bytes.length).to.be.at.most(3_072);
    });
  });
});
