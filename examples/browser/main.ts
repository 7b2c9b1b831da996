// A tab as a node: it joins through a seed, finds, registers, and shows what happens on the way.

import { Disgover, type DisgoverError, idOf, type LookupStep, type LookupTrace } from 'disgover';
import { ws } from 'disgover/transports/ws';

const EVENTS_SHOWN = 50;

let node: Disgover | undefined;

const byId = (id: string) => document.getElementById(id) as HTMLElement;
const field = (id: string) => byId(id) as HTMLInputElement;
const make = (tag: string, text: string, className = '') =>
  Object.assign(document.createElement(tag), { textContent: text, className });
const short = (id: string) => (id.length > 10 ? `${id.slice(0, 8)}…` : id);
const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

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
  if (state === 'joining' || state === 'joined') byId('hint').textContent = '';
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
  joined.on('refused', ({ remote, code }) => tell(`refused ${remote}: ${code}`));
  for (const name of ['nodeAdded', 'nodeRemoved', 'state'] as const)
    joined.on(name, () => showNode(joined.state));
  joined.on('state', ({ state }) => {
    tell(state);
    if (state === 'isolated') explainIsolation(joined);
  });
  showNode(joined.state);
  if (joined.state === 'isolated') await explainIsolation(joined);
}

/** Why nobody is reached, as far as a page is told: a browser does not say why a WebSocket was refused, but in its console. */
async function explainIsolation(isolated: Disgover): Promise<void> {
  const reason = await isolated.trace(isolated.id).catch(({ cause, message }: DisgoverError) => {
    return cause instanceof Error ? cause.message : message;
  });
  if (typeof reason !== 'string' || node !== isolated || isolated.state !== 'isolated') return;
  byId('hint').textContent =
    `${reason}. The tab goes on trying. Does the seed run, and speak WebSocket? Where the browser's console says 403, the ` +
    `seed does not let this page in: add '${location.origin}' to the origins of its ws().`;
}

function answerOf({ found, code, named = 0, onBehalf }: LookupStep): HTMLElement {
  if (found !== undefined) return make('td', onBehalf ? 'has found it' : 'has it', 'found');
  if (code !== undefined) return make('td', code, 'failed');
  return make('td', onBehalf ? 'has not found it' : `named ${count(named, 'node')}`);
}

/** One row for each request, set in by how many nodes were asked before anybody named this one. */
function rowOf(step: LookupStep): HTMLElement {
  const row = make('tr', '');
  const asked = make('td', `${'   '.repeat(step.hop - 1)}└─ ${short(step.id)}`);
  asked.title = step.id;
  const namedBy = make('td', step.toldBy === undefined ? 'known here' : short(step.toldBy));
  const distance = make('td', `${step.distanceBits} bits`, 'number');
  row.append(asked, namedBy, answerOf(step), distance, make('td', `${step.ms.toFixed(0)} ms`, 'number'));
  return row;
}

function headingOf(text: string): HTMLElement {
  const row = make('tr', '', 'heading');
  row.append(Object.assign(make('td', text), { colSpan: 5 }));
  return row;
}

/** Why a lookup has ended, in words. */
function endOf({ found, end, hops }: LookupTrace): string {
  if (found !== undefined) return `Found in ${count(hops, 'hop')}`;
  if (end === 'closest') return 'Not found: the nodes that should know it do not';
  return 'Not found: the lookup has spent all its requests';
}

function showTrace(trace: LookupTrace): void {
  const { id, found, ms, steps } = trace;
  // The same node may be asked twice: what it knows, and then to look for the id among nodes that a tab cannot dial.
  const further = steps.filter(({ onBehalf }) => onBehalf);
  const direct = steps.filter(({ onBehalf }) => !onBehalf);
  const asked = count(new Set(steps.map(({ id }) => id)).size, 'node');
  const looked = further.length > 0 ? `, ${further.length} of them also to look further,` : '';
  byId('outcome').textContent =
    `${endOf(trace)}. ${asked} asked${looked} in ${ms.toFixed(0)} ms. Its id is ${id}`;
  byId('found').textContent = found === undefined ? '' : JSON.stringify(found, null, 2);
  byId('steps').replaceChildren(...direct.map(rowOf));
  const heading = headingOf('Asked to look further, among nodes that this tab cannot dial');
  byId('further').replaceChildren(...(further.length > 0 ? [heading, ...further.map(rowOf)] : []));
  byId('trace').hidden = steps.length === 0;
}

async function find(): Promise<void> {
  for (const id of ['outcome', 'found', 'steps', 'further']) byId(id).replaceChildren();
  byId('trace').hidden = true;
  if (node === undefined) throw new Error('join a network first');
  byId('outcome').textContent = 'Looking…';
  const wanted = field('wanted').value.trim();
  try {
    showTrace(await node.trace(field('kind').value === 'id' ? wanted : idOf(wanted)));
  } catch (fault) {
    byId('outcome').textContent = '';
    throw fault;
  }
}

async function register(): Promise<void> {
  if (node === undefined) throw new Error('join a network first');
  const name = field('name').value.trim();
  const data = field('data').value;
  const { id } = await node.register({ id: idOf(name), ...(data !== '' && { data }) });
  const item = make('li', `${name} `);
  item.append(make('code', id), make('div', data === '' ? 'no data' : data, 'hint'));
  byId('registered').append(item);
  (byId('register') as HTMLFormElement).reset();
}

for (const [id, act] of Object.entries({ join, find, register })) {
  const fault = byId(id).parentElement?.querySelector('.fault') as HTMLElement;
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault();
    fault.textContent = '';
    act().catch(({ message }: Error) => {
      fault.textContent = message;
      showNode(node?.state);
    });
  });
}

// A tab that is gone says no goodbye: without this, its entities are found until they expire.
addEventListener('pagehide', () => node?.close());

const seed = new URLSearchParams(location.search).get('seed');
if (seed === null) byId('hint').textContent = 'A seed is printed by network.ts, beside this page.';
else {
  field('seed').value = seed;
  (byId('join') as HTMLFormElement).requestSubmit();
}
