// The single writer, and the arbiters behind it.

import { holds, type MicroCase } from '../lib/time-case.js';
import { anyContact, fresh } from './contacts.js';
import { Arbitration, Contacts, type EncodedContact, gSet, lastWriteWins, vectorClock } from './engine.js';

const now = () => 1_000_000;
const own = anyContact();
const host = anyContact();
const { transport } = host.contact;

/** Contacts of one id, hosted at `host`. */
const { id } = anyContact();
const version = (fields: object): EncodedContact => anyContact({ id, transport, ...fields });

const older = version({ vectorClock: 1, timestamp: 1 });
const newer = version({ vectorClock: 2, timestamp: 2 });

function contactsWith({ arbiter }: ReturnType<typeof vectorClock>) {
  return new Contacts(own.key, {
    own: () => own,
    now,
    arbitration: new Arbitration(arbiter, now, fail),
    isTooFarToHold: () => false,
    onConflict: () => {},
    onDisplaced: () => {},
    onEquivocation: () => {},
    onClaimRefused: () => {},
  });
}

function fail(): never {
  throw new Error('not proved: the arbiter has a fault');
}

function observing(): MicroCase[] {
  const contacts = contactsWith(vectorClock());
  const standingOf = (contact: EncodedContact) => {
    const observed = contacts.observe(contact, { type: 'found', ttlMs: 60_000, from: host });
    return 'standing' in observed ? observed.standing : undefined;
  };
  const many = Array.from({ length: 4_096 }, () => anyContact({ transport, vectorClock: 1 }));
  const holder = contactsWith(vectorClock());
  const announce = (contact: EncodedContact) =>
    holder.observe(contact, { type: 'announced', from: host, isAddressProved: true });
  let turn = 0;
  return [
    {
      name: 'observe / found again / the same bytes',
      prove: () => holds('it stands', standingOf(newer) === newer),
      run: () => standingOf(newer),
    },
    {
      name: 'observe / found / an older version',
      prove: () => holds('the newer stands', standingOf(older) === newer),
      run: () => standingOf(older),
    },
    {
      name: 'observe / announced / 4,096 held',
      prove: () => {
        for (const contact of many) announce(contact);
        holds('held', holder.held.get((many[0] as EncodedContact).id) !== undefined);
      },
      run: () => announce(many[turn++ & 4_095] as EncodedContact),
    },
  ];
}

const workers = (from: number, to: number) =>
  Object.fromEntries(Array.from({ length: to - from }, (_, i) => [`worker-${from + i}`, 1]));
const set = (from: number, to: number) => version({ vectorClock: 1, data: { workers: workers(from, to) } });
const [left, right] = [set(0, 20), set(10, 30)];

function arbitrating(
  name: string,
  { arbiter }: ReturnType<typeof vectorClock>,
  [incumbent, candidate]: readonly [EncodedContact, EncodedContact],
  isRight: (standing: EncodedContact) => boolean,
): MicroCase {
  const arbitration = new Arbitration(arbiter, now, fail);
  return {
    name: `arbiters / ${name}`,
    prove: () => holds('what should stand', isRight(arbitration.decide(incumbent, candidate))),
    run: () => arbitration.decide(incumbent, candidate),
  };
}

export const cases: readonly MicroCase[] = [
  ...observing(),
  arbitrating('vector clock / newer', vectorClock(), [older, newer], (standing) => standing === newer),
  arbitrating('last write wins / newer', lastWriteWins(), [older, newer], (standing) => standing === newer),
  arbitrating(
    'g-set / two sets of 20, half in common',
    gSet({ path: 'workers' }),
    [left, right],
    (standing) => Object.keys((standing.contact.data as { workers: object }).workers).length === 30,
  ),
  {
    name: 'arbiters / vector clock / newer, from the wire',
    prove: () => holds('equal bytes', fresh(newer).equals(newer)),
    run: () => new Arbitration(vectorClock().arbiter, now, fail).decide(fresh(older), fresh(newer)),
  },
];
