import { expect } from 'chai';
import { Refusal } from '../../src/errors.js';
import { limits } from '../../src/limits.js';
import { answerFindNode, type FindNodeDependencies } from '../../src/rpc/handlers/find-node.js';
import type { Session } from '../../src/session/session.js';
import { EncodedContact } from '../../src/wire/contact-codec.js';
import { encode } from '../../src/wire/encode.js';
import type { FindNode, Nodes } from '../../src/wire/messages.js';
import { contactOfLength, encodedNodeOf, encodedOf } from '../support/contacts.js';
import { expectRefusal } from '../support/expect-code.js';
import { idBytesOf, idOf, keyOfName } from '../support/ids.js';

const from = encodedNodeOf('asker');
const session = { peer: from } as Session;
const thing = encodedOf('thing');

function answer(
  request: Partial<FindNode>,
  deps: Partial<FindNodeDependencies> = {},
): ReturnType<typeof answerFindNode> {
  return answerFindNode(
    {
      type: 'findNode',
      requestId: 3,
      target: { id: idBytesOf(thing.id) },
      announced: [],
      withdrawn: [],
      ...request,
    },
    session,
    {
      k: limits.contactsInReply,
      exact: () => undefined,
      closest: () => [],
      isBeyond: () => false,
      findFor: () => expect.fail('nobody is to be looked for'),
      announced: () => undefined,
      withdrawn: () => undefined,
      ...deps,
    },
  );
}

function nodesOf(...args: Parameters<typeof answer>): Nodes {
  const reply = answer(...args);
  if (reply instanceof Refusal) throw new Error(reply.detail);
  if (reply instanceof Promise) throw new Error('the answer comes later');
  return reply;
}

const nodes = (count: number) => Array.from({ length: count }, (_, i) => encodedNodeOf(`n${i}`));

describe('answerFindNode', () => {
  it('names the nodes closest to the key of an id, closest first', () => {
    const asked: unknown[] = [];
    const reply = nodesOf(
      {},
      {
        closest: (key) => {
          asked.push(key);
          return nodes(3);
        },
      },
    );
    expect(asked).to.deep.equal([thing.key]);
    expect(reply.contacts.map(({ id }) => id)).to.deep.equal(nodes(3).map(({ id }) => id));
    expect(reply).not.to.have.property('exact');
  });

  it('lets go of what was parsed of an announced contact, which may be held', () => {
    const announced = EncodedContact.ofBytes(encodedOf('held').bytes);
    let parsed: unknown;
    nodesOf(
      { announced: [announced] },
      {
        announced: (contact) => {
          parsed = contact.parse();
          return undefined;
        },
      },
    );
    expect(announced.parse()).not.to.equal(parsed);
  });

  it('approaches a bare key, and has no exact contact for it', () => {
    const asked: unknown[] = [];
    const reply = nodesOf(
      { target: { key: keyOfName('thing') } },
      {
        exact: () => expect.fail('a key has no contact'),
        closest: (key) => {
          asked.push(key);
          return [];
        },
      },
    );
    expect(asked).to.deep.equal([keyOfName('thing')]);
    expect(reply.contacts).to.deep.equal([]);
  });

  it('gives the contact itself where it is known, and the whole seconds for which it will be', () => {
    const reply = nodesOf(
      {},
      { exact: (id) => (id === thing.id ? { contact: thing, ttlMs: 1_999 } : undefined) },
    );
    expect(reply.exact).to.deep.equal({ contact: thing, ttlSeconds: 1 });
  });

  it('says who asks, for what that one can dial', () => {
    const askers: unknown[] = [];
    nodesOf(
      {},
      {
        closest: (_key, _count, asker) => {
          askers.push(asker);
          return [];
        },
      },
    );
    expect(askers).to.deep.equal([session]);
  });

  it('does not name the asker, and still names as many as it may', () => {
    const reply = nodesOf({}, { closest: (_key, count) => [from, ...nodes(30)].slice(0, count) });
    expect(reply.contacts).to.have.length(limits.contactsInReply);
    expect(reply.contacts.map(({ id }) => id)).not.to.include(from.id);
  });

  it('names no more than k, with the asker among them or not', () => {
    for (const known of [nodes(30), [from, ...nodes(30)]]) {
      const reply = nodesOf({}, { k: 5, closest: (_key, count) => known.slice(0, count) });
      expect(reply.contacts).to.have.length(5);
    }
  });

  it('fits the frame, however long the contacts are', () => {
    const long = Array.from({ length: 20 }, (_, i) =>
      EncodedContact.from(contactOfLength(limits.contactBytes, `n${i}`)),
    );
    const before = Array.from({ length: 20 }, (_, i) =>
      encodedOf(`before-${i}`, { data: 'x'.repeat(2_000) }),
    );
    let i = 0;
    const reply = nodesOf(
      { announced: before },
      {
        exact: () => ({
          contact: EncodedContact.from(contactOfLength(limits.contactBytes, 'thing')),
          ttlMs: 1,
        }),
        closest: () => long,
        announced: () => before[i++],
      },
    );
    expect(encode(reply).length).to.be.at.most(limits.frameBytes);
    expect(reply.contacts).to.have.length(20);
    expect(reply.conflicts.length).to.be.at.most(19);
  });

  it('takes what is withdrawn, then what is announced, and answers with what is known afterwards', () => {
    const order: string[] = [];
    const reply = nodesOf(
      { announced: [encodedOf('a')], withdrawn: [encodedOf('w')] },
      {
        withdrawn: () => void order.push('withdrawn'),
        announced: () => void order.push('announced'),
        exact: () => {
          order.push('exact');
          return { contact: thing, ttlMs: 5_000 };
        },
      },
    );
    expect(order).to.deep.equal(['withdrawn', 'announced', 'exact']);
    expect(reply.conflicts).to.deep.equal([]);
  });

  it('says what stood before an announce', () => {
    const before = encodedOf('thing', { data: 'old' });
    const reply = nodesOf({ announced: [thing] }, { announced: () => before });
    expect(reply.conflicts).to.deep.equal([before]);
  });

  it('says that it knows nodes which the asker cannot dial, where it does not know the id', () => {
    const asked: unknown[] = [];
    const isBeyond = (...args: readonly unknown[]) => {
      asked.push(args);
      return true;
    };
    expect(nodesOf({}, { isBeyond }).beyond).to.equal(true);
    expect(asked).to.deep.equal([[session]]);
    expect(nodesOf({})).not.to.have.property('beyond');
    const exact = () => ({ contact: thing, ttlMs: 1 });
    expect(nodesOf({}, { isBeyond, exact })).not.to.have.property('beyond');
    expect(nodesOf({ target: { key: thing.key } }, { isBeyond })).not.to.have.property('beyond');
  });

  context('when the exact contact will do', () => {
    const exactWillDo = { exactWillDo: true };
    const closest = () => nodes(2);

    it('names nobody else where it has it', () => {
      const reply = nodesOf(exactWillDo, { closest, exact: () => ({ contact: thing, ttlMs: 1_000 }) });
      expect([reply.exact?.contact.id, reply.contacts]).to.deep.equal([thing.id, []]);
    });

    it('names the closest nodes where it has not', () => {
      expect(nodesOf(exactWillDo, { closest }).contacts).to.have.length(2);
    });
  });

  context('when it is to look for the id on behalf of the asker', () => {
    const onBehalf = { onBehalf: true };

    it('answers later, with what it has found, and with nothing where it has found nothing', async () => {
      const asked: unknown[] = [];
      const findFor = async (...args: readonly unknown[]) => {
        asked.push(args);
        return { contact: thing, ttlMs: 5_000 };
      };
      const reply = await answer(onBehalf, { findFor, closest: () => nodes(1) });
      expect(asked).to.deep.equal([[thing.id, session]]);
      expect(reply).to.deep.include({ requestId: 3, exact: { contact: thing, ttlSeconds: 5 } });
      expect((reply as Nodes).contacts).to.have.length(1);
      expect(await answer(onBehalf, { findFor: async () => undefined })).not.to.have.property('exact');
    });

    it('answers at once with what it knows, and never looks for a bare key', () => {
      const exact = () => ({ contact: thing, ttlMs: 5_000 });
      expect(nodesOf(onBehalf, { exact }).exact?.ttlSeconds).to.equal(5);
      expect(nodesOf({ ...onBehalf, target: { key: thing.key } })).not.to.have.property('exact');
    });

    it('refuses what is too much, at once or later', async () => {
      const refusal = new Refusal('RATE_LIMITED', 'x');
      expect(answer(onBehalf, { findFor: () => refusal })).to.equal(refusal);
      expect(await answer(onBehalf, { findFor: async () => refusal })).to.equal(refusal);
    });
  });

  for (const list of ['announced', 'withdrawn'] as const) {
    it(`refuses the request for one of the ${list} that is refused, and says which`, () => {
      const refused = encodedOf('bad');
      const reply = answer(
        { [list]: [encodedOf('good'), refused] },
        {
          [list]: (contact: EncodedContact) =>
            contact === refused ? new Refusal('BAD_JSON', 'x') : undefined,
        },
      );
      expectRefusal(reply, 'BAD_JSON', `${list}[1]`);
    });
  }

  it('tells the holder who announces', () => {
    const hosts: string[] = [];
    nodesOf({ announced: [thing] }, { announced: (_contact, { peer }) => void hosts.push(String(peer?.id)) });
    expect(hosts).to.deep.equal([idOf('asker')]);
  });
});
