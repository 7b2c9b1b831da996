// A tab as a node: it joins through a seed, finds, registers, and shows what happens on the way.

import { Disgover, type DisgoverError, idOf, type LookupStep } from 'disgover';
import { ws } from 'disgover/transports/ws';

const EVENTS_SHOWN = 50;

let node: Disgover | undefined;

const byId = (id: string) => document.getElementById(id) as HTMLElement;
const field = (id: string) => byId(id) as HTMLInputElement;
const make = (tag: string, text: string, className = '') =>
  Object.assign(document.createElement(tag), { textContent: text, className });
const short = (id: string) => (id.length > 10 ? `${id.slice(0, 8)}…` : id);

function tell(what: string): void {
  const item = make('li', what);
  item.prepend(make('time', new Date().toLocaleTimeString('en-GB')));
  byId('events').prepend(item);
  if (byId('events').childElementCount > EVENTS_SHOWN) byId('events').lastElementChild?.remove();
}

function showNode(state = 'not joined'): void {
  byId('state').textContent = state;
  byId('state').dataset.state = state;
  byId('own').textContent = node?.id ?? '–';
  byId('known').textContent = String(node?.routing.size ?? 0);
}

async function join(): Promise<void> {
  await node?.close();
  node = undefined;
  byId('registered').replaceChildren();
  showNode('joining');
  const joined = await Disgover.start({ transport: ws(), seeds: [field('seed').value.trim()] });
  node = joined;
  for (const { id } of joined.snapshot().nodes) tell(`met ${short(id)}`);
  joined.on('nodeAdded', ({ contact }) => tell(`met ${short(contact.id)}`));
  joined.on('nodeRemoved', ({ contact }) => tell(`lost ${short(contact.id)}`));
  joined.on('state', ({ state }) => tell(state));
  joined.on('refused', ({ remote, code }) => tell(`refused ${remote}: ${code}`));
  for (const name of ['nodeAdded', 'nodeRemoved', 'state'] as const)
    joined.on(name, () => showNode(joined.state));
  showNode(joined.state);
}

function answerOf({ found, code, named = 0, onBehalf }: LookupStep): HTMLElement {
  if (found !== undefined) return make('td', onBehalf ? 'has found it' : 'has it', 'found');
  if (code !== undefined) return make('td', code, 'failed');
  // It has asked those that a page cannot.
  return make('td', onBehalf ? 'has not found it' : `named ${named}`);
}

/** One row for each node that was asked, set in by how many were asked before anybody named it. */
function rowOf(step: LookupStep): HTMLElement {
  const row = make('tr', '');
  const asked = make('td', `${'   '.repeat(step.hop - 1)}└─ ${short(step.id)}`);
  asked.title = step.id;
  const namedBy = make('td', step.toldBy === undefined ? 'our table' : short(step.toldBy));
  const distance = make('td', `${step.distanceBits} bits`, 'number');
  row.append(asked, namedBy, answerOf(step), distance, make('td', `${step.ms.toFixed(0)} ms`, 'number'));
  return row;
}

async function find(): Promise<void> {
  if (node === undefined) throw new Error('join a network first');
  const wanted = field('wanted').value.trim();
  const { id, found, end, hops, ms, steps } = await node.trace(
    field('kind').value === 'id' ? wanted : idOf(wanted),
  );
  const how = found === undefined ? `Not found (${end})` : `Found in ${hops} ${hops === 1 ? 'hop' : 'hops'}`;
  byId('outcome').textContent = `${how}, ${steps.length} asked, ${ms.toFixed(0)} ms. Its id is ${id}`;
  byId('found').textContent = found === undefined ? '' : JSON.stringify(found, null, 2);
  byId('steps').replaceChildren(...steps.map(rowOf));
  byId('trace').hidden = steps.length === 0;
}

async function register(): Promise<void> {
  if (node === undefined) throw new Error('join a network first');
  const name = field('name').value.trim();
  const { id } = await node.register({ id: idOf(name), data: field('data').value });
  const item = make('li', `${name} `);
  item.append(make('code', id));
  byId('registered').append(item);
}

for (const [id, act] of Object.entries({ join, find, register })) {
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault();
    byId('fault').textContent = '';
    act().catch((fault: DisgoverError) => {
      byId('fault').textContent = fault.message;
      showNode(node?.state);
    });
  });
}

// A tab that is gone says no goodbye: without this, its entities are found until they expire.
addEventListener('pagehide', () => node?.close());

const seed = new URLSearchParams(location.search).get('seed');
if (seed !== null) {
  field('seed').value = seed;
  (byId('join') as HTMLFormElement).requestSubmit();
}
