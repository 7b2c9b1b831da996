import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('..', import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface Import {
  readonly specifier: string;
  /** Erased by the compiler: no arrow at run time. */
  readonly isType: boolean;
}

interface Arrow {
  readonly from: string;
  /** A path of this repository, `node:…`, or the name of a package. */
  readonly to: string;
  readonly isType: boolean;
}

/** Comments go, strings stay: a comment may quote an import, and a string may hold what looks like a comment. */
const commentOrString =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)/g;
const statement =
  /^\s*(?:import|export)\s+(type\s+(?!from\b))?(?:(?:[\w$]+\s*,\s*)?(?:[\w$]+|\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})\s*from\s*)?(['"])([^'"\n]+)\2/gm;
const expression = /\bimport\(\s*(['"])([^'"\n]+)\1/g;

function importsOf(source: string): Import[] {
  const code = source.replace(commentOrString, (_match, text = '') => text);
  return [
    ...Array.from(code.matchAll(statement), ([, type, , to = '']) => ({ specifier: to, isType: !!type })),
    ...Array.from(code.matchAll(expression), ([, , to = '']) => ({ specifier: to, isType: false })),
  ];
}

function targetOf(from: string, specifier: string): string {
  if (specifier === '#sha256') return 'src/id/sha256.ts';
  if (specifier === '#base64') return 'src/id/base64.ts';
  if (specifier === '#relaying') return 'src/relay/relaying.ts';
  if (specifier === '#met-contacts') return 'src/wire/met-contacts.ts';
  if (specifier === '#filler') return 'src/routing/filler.ts';
  if (specifier === '#hints') return 'src/routing/hints.ts';
  if (specifier === '#sweeping') return 'src/announce/sweeping.ts';
  if (specifier === '#text-fault') return 'src/wire/text-fault.ts';
  if (specifier === '#may-hold-proxy') return 'src/wire/may-hold-proxy.ts';
  if (specifier === '#bootstrap') return 'src/bootstrap/bootstrap.ts';
  if (specifier === '#crypto') return 'src/identity/crypto.ts';
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

const files = ['src', 'transports', 'arbiters'].filter((folder) => existsSync(join(root, folder)));
const arrows: Arrow[] = files
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      posix.join(folder, name.replaceAll('\\', '/')),
    ),
  )
  .filter((file) => file.endsWith('.ts'))
  .flatMap((from) =>
    importsOf(readFileSync(join(root, from), 'utf8')).map(({ specifier, isType }) => ({
      from,
      to: targetOf(from, specifier),
      isType,
    })),
  );

/** A place is a file, or a folder with its slash. */
const isIn = (path: string, ...places: string[]) =>
  places.some((place) => path === place || (place.endsWith('/') && path.startsWith(place)));
const isOurs = (path: string) => isIn(path, 'src/', 'transports/', 'arbiters/');
const isPackage = (path: string) => !isOurs(path) && !path.startsWith('node:');

/** Files in `from` import of this repository what is in `allowed`, and each other. */
const only =
  (from: string[], ...allowed: string[]) =>
  (arrow: Arrow) =>
    isIn(arrow.from, ...from) && isOurs(arrow.to) && !isIn(arrow.to, ...from, ...allowed);

/** Only `places` import what `to` names. */
const reserved =
  (to: string[], ...places: string[]) =>
  (arrow: Arrow) =>
    isIn(arrow.to, ...to) && !isIn(arrow.from, ...places);

/** Sources of seeds that stand on sockets: entry points of their own, which the core does not know. */
const nodeOnlySources = [
  'src/bootstrap/dns/',
  'src/bootstrap/file/',
  'src/bootstrap/http/',
  'src/bootstrap/kubernetes/',
  'src/bootstrap/multicast/',
  'src/bootstrap/registry/',
  'src/bootstrap/serf/',
];

const base = ['src/contracts/', 'src/errors.ts', 'src/limits.ts'];

/** Each rule: an arrow that offends it, so that a rule without teeth is seen, and how offenders are told. */
const rules: Record<string, [offender: string, offends: (arrow: Arrow) => boolean]> = {
  'only the agent and the command line choose transports and arbiters': [
    'src/disgover.ts → transports/tcp/index.ts',
    ({ from, to }) =>
      isIn(from, 'src/') &&
      !isIn(from, 'src/agent/', 'src/cli/') &&
      isIn(to, 'transports/', 'arbiters/') &&
      // Whole nodes on the simulated network, which one transport speaks.
      !(isIn(from, 'src/simulation/scenario/') && isIn(to, 'transports/memory/')),
  ],
  // What transports over the sockets of Node share stands in a folder beside them.
  'a plugin imports src/plugin.ts and its own folder': [
    'transports/tcp/framing.ts → src/limits.ts',
    ({ from, to }) => {
      const ownFolder = /^(?:transports\/[^/]+|arbiters)\//.exec(from)?.[0];
      const isSocket = isIn(from, 'transports/tcp/', 'transports/ws/') && isIn(to, 'transports/sockets/');
      return ownFolder !== undefined && isOurs(to) && !isIn(to, 'src/plugin.ts', ownFolder) && !isSocket;
    },
  ],
  'nothing inside knows the agent or the command line': [
    'src/disgover.ts → src/cli/output.ts',
    reserved(['src/agent/', 'src/cli/'], 'src/agent/', 'src/cli/'),
  ],
  'only what stands on the engine imports its class': [
    'src/rpc/client.ts → src/disgover.ts',
    reserved(['src/disgover.ts'], 'src/index.ts', 'src/simulation/', 'src/agent/', 'src/cli/'),
  ],
  'sources of seeds for Node are chosen by the application, the agent and the command line': [
    'src/bootstrap/join.ts → src/bootstrap/dns/index.ts',
    ({ from, to }) =>
      isIn(to, ...nodeOnlySources) &&
      !isIn(from, 'src/agent/', 'src/cli/', 'src/bootstrap/source-of-url.ts', ...nodeOnlySources),
  ],
  'nothing inside imports the entry point of applications': [
    'src/simulation/testing.ts → src/index.ts',
    reserved(['src/index.ts'], 'src/agent/', 'src/cli/'),
  ],
  // The branded id is a type of src/id, where its checks live; a contact cannot be described without it.
  'contracts are types, and import the types of contracts, ids, keys and codes': [
    'src/contracts/contact.ts → src/id/contact-id.ts',
    ({ from, to, isType }) =>
      isIn(from, 'src/contracts/') &&
      !(
        isType &&
        isIn(to, 'src/contracts/', 'src/id/contact-id.ts', 'src/identity/identity.ts', 'src/errors.ts')
      ),
  ],
  'ids rest on contracts, errors and limits': [
    'src/id/key.ts → src/wire/messages.ts',
    only(['src/id/'], ...base),
  ],
  'addresses rest on contracts, errors and limits': [
    'src/address/host.ts → src/id/bytes.ts',
    only(['src/address/'], ...base),
  ],
  'runtimes rest on contracts, errors, limits and ids': [
    'src/runtime/deadline.ts → src/rpc/client.ts',
    only(['src/runtime/'], ...base, 'src/id/'),
  ],
  'keys rest on contracts, errors, limits, ids and the runtime': [
    'src/identity/identity.ts → src/wire/json.ts',
    only(['src/identity/'], ...base, 'src/id/', 'src/runtime/'),
  ],
  'the wire rests on contracts, errors, limits and ids': [
    'src/wire/decode.ts → src/session/proof.ts',
    only(['src/wire/'], ...base, 'src/id/'),
  ],
  'the state machine of a lookup knows ids, contracts, wire and limits': [
    'src/lookup/lookup.ts → src/runtime/deadline.ts',
    only(
      ['src/lookup/lookup.ts', 'src/lookup/lookup-peer.ts', 'src/lookup/holders.ts', 'src/lookup/places.ts'],
      'src/contracts/',
      'src/limits.ts',
      'src/id/',
      'src/wire/',
    ),
  ],
  'node: stays where no browser comes': [
    'transports/memory/index.ts → node:events',
    ({ from, to }) =>
      to.startsWith('node:') &&
      !isIn(
        from,
        'transports/tcp/',
        'transports/ws/',
        'transports/sockets/',
        'src/cli/',
        'src/agent/',
        ...nodeOnlySources,
        'src/id/sha256.ts',
        'src/identity/crypto.ts',
        'src/identity/key-file.ts',
        'src/wire/may-hold-proxy.ts',
      ),
  ],
  'the WebSocket links of browsers import nothing of Node': [
    'transports/ws/ws-link.browser.ts → ws',
    ({ from, to, isType }) =>
      /^transports\/ws\/(?:.+\.browser|url|closing|waiting-frames)\.ts$/.test(from) &&
      !isType &&
      !/^(?:src\/plugin|transports\/ws\/(?:.+\.browser|url|closing|waiting-frames))\.ts$/.test(to),
  ],
  // Files for browsers are bundled with the packages that they need; nobody installs those.
  'packages are dependencies': [
    'src/disgover.ts → pino',
    ({ from, to }) => isPackage(to) && !Object.hasOwn(dependencies, to) && !from.endsWith('.browser.ts'),
  ],
  'lru-cache is for maps that say their bound': [
    'src/wire/contact-codec.ts → lru-cache',
    reserved(['lru-cache'], 'src/contacts/', 'src/routing/', 'src/session/', 'src/lookup/shared-walks.ts'),
  ],
  'words and colours are for the command line': [
    'src/agent/agent.ts → commander',
    reserved(['commander', 'picocolors'], 'src/cli/'),
  ],
};

/** What is left when files that import nothing, or that nothing imports, are taken away again and again. */
function cyclic(all: readonly Arrow[]): readonly Arrow[] {
  const rest = all.filter(
    ({ from, to }) => all.some((arrow) => arrow.from === to) && all.some((arrow) => arrow.to === from),
  );
  return rest.length === all.length ? rest : cyclic(rest);
}

const shown = (offending: readonly Arrow[]) => offending.map(({ from, to }) => `${from} → ${to}`);

describe('the import graph', () => {
  for (const [rule, [offender, offends]] of Object.entries(rules)) {
    it(rule, () => {
      const [from = '', to = ''] = offender.split(' → ');
      expect(offends({ from, to, isType: false }), offender).to.equal(true);
      expect(shown(arrows.filter(offends))).to.deep.equal([]);
    });
  }

  it('has no cycle at run time', () => {
    const arrow = (from: string, to: string): Arrow => ({ from, to, isType: false });
    const sample = [arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'b'), arrow('c', 'd')];
    expect(shown(cyclic(sample))).to.deep.equal(['b → c', 'c → b']);
    expect(shown(cyclic(arrows.filter(({ to, isType }) => isOurs(to) && !isType)))).to.deep.equal([]);
  });

  it('is read from every form of import, and from no comment', () => {
    const source = `
      import './a.js';
      import b, { type B } from './b.js';
      import * as c from "./c.js";
      import type { D } from './d.js';
      import type E from './e.js';
      export {
        f,
      } from './f.js';
      export * from './g.js';
      export type { H } from './h.js';
      const i = await import('./i.js'); // import './not.js'
      /* import './not.js'; */
      const text = '// import';
      import type from './type.js';
      export * as k from './k.js';
      export const from = './not.js';
    `;
    const found = importsOf(source).map(({ specifier, isType }) => `${specifier}${isType ? ' type' : ''}`);
    expect(found.join(', ')).to.equal(
      './a.js, ./b.js, ./c.js, ./d.js type, ./e.js type, ./f.js, ./g.js, ./h.js type, ./type.js, ./k.js, ./i.js',
    );
  });
});
