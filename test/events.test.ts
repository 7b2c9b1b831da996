import { expect } from 'chai';
import { type DisgoverEvents, Events } from '../src/events.js';
import { contactOf } from './support/contacts.js';

const added: DisgoverEvents['nodeAdded'] = { contact: contactOf('a') };

describe('Events', () => {
  it('tell every listener of the event, and no other', () => {
    const events = new Events();
    const told: unknown[] = [];
    events.on('nodeAdded', (event) => told.push(event));
    events.on('nodeAdded', (event) => told.push(event));
    events.on('nodeRemoved', () => expect.fail('not that one'));
    events.emit('nodeAdded', added);
    expect(told).to.deep.equal([added, added]);
  });

  it('do not tell who was removed', () => {
    const events = new Events();
    const remove = events.on('nodeAdded', () => expect.fail('removed'));
    remove();
    remove();
    events.emit('nodeAdded', added);
  });

  it('tell all who listened when it happened, though one of them removes or adds others', () => {
    const events = new Events();
    const told: string[] = [];
    let remove = () => {};
    events.on('nodeAdded', () => {
      told.push('first');
      remove();
      events.on('nodeAdded', () => told.push('new'));
    });
    remove = events.on('nodeAdded', () => told.push('second'));
    events.emit('nodeAdded', added);
    expect(told).to.deep.equal(['first', 'second']);
  });

  context('when a listener throws', () => {
    it('tell the others all the same, and tell of it', () => {
      const events = new Events();
      const cause = new Error('broken');
      const told: unknown[] = [];
      events.on('observerError', (event) => told.push(event));
      events.on('nodeAdded', () => {
        throw cause;
      });
      events.on('nodeAdded', () => told.push('other'));
      events.emit('nodeAdded', added);
      expect(told).to.deep.equal([{ event: 'nodeAdded', cause }, 'other']);
    });

    it('do not ask one again that fails to tell of it', () => {
      const events = new Events();
      let calls = 0;
      events.on('observerError', () => {
        calls++;
        throw new Error('broken, too');
      });
      events.on('nodeAdded', () => {
        throw new Error('broken');
      });
      events.emit('nodeAdded', added);
      expect(calls).to.equal(1);
    });
  });
});
