import { expect } from 'chai';
import { answerPing } from '../../src/rpc/handlers/ping.js';
import { encodedOf } from '../support/contacts.js';
import { idBytesOf, idOf } from '../support/ids.js';

const ask = (name: string) => ({ type: 'ping', requestId: 7, id: idBytesOf(idOf(name)) }) as const;
const hosted = encodedOf('actor');
const deps = { hosted: (id: string) => (id === hosted.id ? hosted : undefined) };

describe('answerPing', () => {
  it('gives the current contact of what is hosted here', () => {
    expect(answerPing(ask('actor'), deps)).to.deep.equal({ type: 'pong', requestId: 7, contact: hosted });
  });

  it('gives nothing for what is not', () => {
    expect(answerPing(ask('other'), deps)).to.deep.equal({ type: 'pong', requestId: 7 });
  });
});
