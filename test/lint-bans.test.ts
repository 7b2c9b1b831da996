import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('..', import.meta.url));

const offences = {
  clock: 'export const now = () => Date.now();',
  'clock by the global object': 'export const now = () => globalThis.Date.now();',
  date: 'export const now = () => new Date();',
  'second clock': 'export const now = () => performance.now();',
  timer: 'setTimeout(() => undefined, 1);',
  'repeated timer': 'setInterval(() => undefined, 1);',
  'next turn': 'setImmediate(() => undefined);',
  'timer in a signal': 'export const signal = AbortSignal.timeout(1);',
  randomness: 'export const dice = () => Math.random();',
  'randomness in a variable': 'export const { random } = Math;',
  'strong randomness': 'export const bytes = crypto.getRandomValues(new Uint8Array(4));',
};

describe('the ban on clocks, timers and randomness', () => {
  const banned = ['src/lookup/x.ts', 'transports/x/x.ts', 'arbiters/x.ts', 'src/disgover.ts'];
  const allowed = ['src/runtime/system-runtime.ts', 'src/cli/x.ts', 'test/x.ts'];
  const virtual = 'src/simulation/virtual-runtime.ts';

  /** `file: offence` of all that the linter refuses. */
  const refused = new Set<string>();
  let project: string;

  // One run over a project of offences: the linter's stdin mode reports no rule and fails on clean input, too.
  before(async function () {
    this.timeout(30_000);
    project = await mkdtemp(join(tmpdir(), 'disgover-lint-'));
    for (const name of ['biome.jsonc', 'tools/lint', '.gitignore']) {
      await cp(join(root, name), join(project, name), { recursive: true });
    }
    const names = Object.keys(offences);
    const contents = `${Object.values(offences).join('\n')}\n`;
    for (const file of [...banned, ...allowed, virtual]) {
      await mkdir(dirname(join(project, file)), { recursive: true });
      await writeFile(join(project, file), contents);
    }
    const args = ['lint', '--reporter=github', '--max-diagnostics=none', '--colors=off', '.'];
    const report = await new Promise<string>((resolve) => {
      const bin = join(root, 'node_modules/@biomejs/biome/bin/biome');
      execFile(process.execPath, [bin, ...args], { cwd: project }, (_error, stdout) => resolve(stdout));
    });
    const complaint = /^::error title=(?:lint\/style\/noRestrictedGlobals|plugin),file=([^,]+),line=(\d+)/gm;
    for (const [, file = '', line] of report.matchAll(complaint)) {
      const path = file.replaceAll('\\', '/');
      const known = [...banned, ...allowed, virtual].find(
        (name) => path.endsWith(`/${name}`) || path === name,
      );
      refused.add(`${known}: ${names[Number(line) - 1]}`);
    }
  });

  after(() => rm(project, { recursive: true, force: true }));

  const overlooked = (file: string) =>
    Object.keys(offences).filter((offence) => !refused.has(`${file}: ${offence}`));

  for (const file of banned) {
    it(`holds in ${file}`, () => expect(overlooked(file)).to.deep.equal([]));
  }

  for (const file of allowed) {
    it(`is lifted in ${file}`, () => expect(overlooked(file)).to.deep.equal(Object.keys(offences)));
  }

  it('leaves the virtual runtime the next turn, to let promises run, and nothing else', () => {
    expect(overlooked(virtual)).to.deep.equal(['next turn']);
  });
});
