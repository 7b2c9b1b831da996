import { expect } from 'chai';
import { Withdrawals } from '../../src/announce/withdrawals.js';
import { limits } from '../../src/limits.js';
import { Alarms } from '../../src/runtime/alarms.js';
import { VirtualRuntime } from '../../src/simulation/virtual-runtime.js';
import type { EncodedContact } from '../../src/wire/contact-codec.js';
import { encodedOf } from '../support/contacts.js';

class Withdrawing {
  readonly runtime = new VirtualRuntime();
  readonly told: EncodedContact[] = [];
  sweeps = 0;
  readonly withdrawals = new Withdrawals({
    alarms: new Alarms(this.runtime),
    tell: async (contact) => {
      this.told.push(contact);
      await this.runtime.sleep(10);
    },
    sweep: async (contactOf, ids, onSwept) => {
      this.sweeps++;
      await this.runtime.sleep(10);
      for (const id of ids) {
        const contact = contactOf(id);
        if (contact !== undefined) this.told.push(contact);
      }
      onSwept(ids, []);
    },
    isWorthSweeping: (count) => count > limits.announcesAtOnce,
    hasNodes: () => true,
  });
}

const many = Array.from({ length: 50 }, (_, i) => encodedOf(`entity-${i}`));

describe('Withdrawals', () => {
  it('tells at once of one, and forgets it', async () => {
    const { withdrawals, told, runtime } = new Withdrawing();
    await runtime.run(withdrawals.withdraw(encodedOf('a')));
    expect(told).to.have.length(1);
    expect(withdrawals.size).to.equal(0);
  });

  it('sweeps many', async () => {
    const withdrawing = new Withdrawing();
    const { withdrawals, told, runtime } = withdrawing;
    await runtime.run(Promise.all(many.map((contact) => withdrawals.withdraw(contact))));
    expect(told).to.have.members(many);
    expect([withdrawing.sweeps, withdrawals.size]).to.deep.equal([1, 0]);
  });

  it('tells nobody of what is registered again before its turn', async () => {
    const { withdrawals, told, runtime } = new Withdrawing();
    const [again] = many.slice(-1) as [EncodedContact];
    const all = Promise.all(many.map((contact) => withdrawals.withdraw(contact)));
    withdrawals.forget(again.id);
    await runtime.run(all);
    expect(told).to.have.members(many.slice(0, -1));
  });

  it('tells of the later one when an id ends twice', async () => {
    const { withdrawals, told, runtime } = new Withdrawing();
    const [first, second] = [encodedOf('a', { data: 1 }), encodedOf('a', { data: 2 })];
    await runtime.run(Promise.all([withdrawals.withdraw(first), withdrawals.withdraw(second)]));
    expect(told.at(-1)).to.equal(second);
    expect(withdrawals.size).to.equal(0);
  });

  it('rejects when it is closed', async () => {
    const { withdrawals, runtime } = new Withdrawing();
    const codes = many.map((contact) => withdrawals.withdraw(contact).catch(({ code }) => code));
    withdrawals.close();
    expect(await runtime.run(Promise.all(codes))).to.deep.equal(many.map(() => 'ERR_CLOSED'));
    expect(withdrawals.size).to.equal(0);
  });
});
