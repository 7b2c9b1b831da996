import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Contact, Disgover, type DisgoverOptions, idOf } from '../../src/index.js';
import { tcp } from '../../transports/tcp/index.js';
import { ws } from '../../transports/ws/index.js';
import { serveFiles } from '../support/file-server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);
/** What the bundler executes is not to be counted as covered. */
const { NODE_V8_COVERAGE: _, ...env } = process.env;
const executablePath = '/usr/bin/chromium';
const quiet = ['background-networking', 'component-update', 'sync', 'gpu', 'quic'].map(
  (what) => `--disable-${what}`,
);
/** Of the last run, to be looked at. */
const screenshots = join(tmpdir(), 'disgover-screenshots');

const greeting = { greeting: 'hello' };

function seedOf(node: Disgover): string {
  const info = [node.contact.transport].flat().find((info) => info?.type === 'ws');
  return `ws://${info?.host}:${info?.port}`;
}

/** Resolves when the node knows so many others. */
const knows = (node: Disgover, count: number) =>
  new Promise<void>((resolve) => {
    const check = () => {
      if (node.routing.size >= count) resolve();
    };
    node.on('nodeAdded', check);
    check();
  });

describe('a page in a browser', function () {
  this.timeout(30_000);

  let folder: string;
  let pages: Awaited<ReturnType<typeof serveFiles>>;
  let browser: Browser;
  const nodes: Disgover[] = [];
  /** Those that speak WebSocket, too. */
  let bridges: readonly Disgover[];
  let seed: string;
  /** A node that speaks TCP alone. */
  let remote: Disgover;
  /** What went wrong in any page. */
  const faults: string[] = [];

  const start = async (options: DisgoverOptions): Promise<Disgover> => {
    const node = await Disgover.start(options);
    nodes.push(node);
    return node;
  };

  const open = async (path: string, query = `?seed=${seed}`): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 900, height: 1_000 } });
    page.on('pageerror', (error) => faults.push(`${path}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`${path}: ${message.text()}`);
    });
    await page.goto(`${pages.origin}${path}${query}`);
    return page;
  };

  before(async function () {
    if (!existsSync(executablePath) && !process.env.CI) {
      console.log(`      no ${executablePath} here: apt-get install chromium`);
      return this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'disgover-browser-'));
    await mkdir(screenshots, { recursive: true });
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    await execute(
      process.execPath,
      [vite, 'build', 'examples/browser', '--outDir', folder, '--emptyOutDir'],
      {
        cwd: root,
        env,
      },
    );
    pages = await serveFiles({
      '/dist/': join(root, 'dist'),
      '/examples/': join(root, 'examples'),
      '/': folder,
    });
    const both = () => [tcp(), ws({ origins: [pages.origin] })];
    const first = await start({ transport: both() });
    const seeds = [first.contact];
    bridges = [first, await start({ transport: both(), seeds })];
    await start({ transport: tcp(), seeds });
    await start({ transport: tcp(), seeds });
    remote = await start({ transport: tcp(), seeds });
    await remote.register({ id: idOf('greeter'), data: greeting });
    seed = seedOf(first);
    // Else one that knows nobody beyond the page's reach would not be asked to look there.
    await Promise.all(nodes.map((node) => knows(node, nodes.length - 1)));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', ...quiet] });
  });

  after(async () => {
    await browser?.close();
    await Promise.all(nodes.map((node) => node.close()));
    await pages?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  context('that Vite has built', () => {
    let page: Page;
    let found: Contact;

    const textOf = (selector: string) => page.locator(selector).innerText();
    /** The cells of each row, after a find. */
    const rowsOf = async (selector: string) => {
      const rows = await page.locator(`${selector} tr:not(.heading)`).allInnerTexts();
      return rows.map((row) => row.split('\t').map((cell) => cell.trim()));
    };
    const find = async (name: string) => {
      await page.fill('#wanted', name);
      await page.click('#find button');
      await page.getByText(`Its id is ${idOf(name)}`).waitFor();
      return { steps: await rowsOf('#steps'), further: await rowsOf('#further') };
    };
    /** As the page shows who was asked. */
    const asked = (id: string) => `└─ ${id.slice(0, 8)}…`;

    before(async () => {
      page = await open('/');
    });

    after(async () => {
      await page?.screenshot({ path: join(screenshots, 'page.png') });
      await page?.emulateMedia({ colorScheme: 'dark' });
      await page?.screenshot({ path: join(screenshots, 'page-dark.png') });
    });

    it('joins through a seed that speaks WebSocket', async () => {
      await page.locator('#state[data-state=joined]').waitFor();
      for (const { id } of bridges)
        await page.locator('#events', { hasText: `met ${id.slice(0, 8)}` }).waitFor();
      expect(await textOf('#known')).to.equal('2');
    });

    it('shows whom it asks for what is not there, and who has looked further for it', async () => {
      const { steps, further } = await find('nobody');
      const all = bridges.map(({ id }) => asked(id));
      expect(steps.map(([who]) => who)).to.have.members(all);
      for (const [, , answer] of steps) expect(answer).to.match(/^named \d nodes?$/);
      // They know nodes that the page cannot dial, and ask them.
      expect(further.map(([who]) => who)).to.have.members(all);
      for (const [, , answer] of further) expect(answer).to.equal('has not found it');
      expect(await textOf('#outcome')).to.match(
        /^Not found: .+ 2 nodes asked, 2 of them also to look further,/,
      );
    });

    it('says below the form what is no id, and shows nothing of the find before', async () => {
      await page.selectOption('#kind', 'id');
      await page.fill('#wanted', 'no id');
      await page.click('#find button');
      await page.locator('#find ~ .fault', { hasText: 'BAD_ID' }).waitFor();
      expect(await textOf('#outcome')).to.equal('');
      expect(await page.locator('#trace').isVisible()).to.equal(false);
      await page.selectOption('#kind', 'name');
    });

    it('finds what is registered at a node that speaks TCP alone, and shows who has it', async () => {
      const { steps } = await find('greeter');
      const [who, namedBy, answer] = steps.at(-1) ?? [];
      expect(bridges.map(({ id }) => asked(id))).to.include(who);
      expect([namedBy, answer]).to.deep.equal(['known here', 'has it']);
      expect(JSON.parse(await textOf('#found'))).to.deep.include({ id: idOf('greeter'), data: greeting });
    });

    it('registers an entity, which a node that speaks TCP alone finds', async () => {
      await page.fill('#name', 'tab');
      await page.fill('#data', 'from a browser');
      await page.click('#register button');
      await page.locator('#registered', { hasText: idOf('tab') }).waitFor();
      expect(await textOf('#registered')).to.include('from a browser');
      expect(await page.inputValue('#name')).to.equal('');
      found = (await remote.find(idOf('tab'))) as Contact;
      expect(found.data).to.equal('from a browser');
    });

    it('answers for its entity over the session that it has opened', async () => {
      expect(await remote.ping(found)).to.deep.equal(found);
    });
  });

  context('that Vite has built, where no seed answers', () => {
    it('says why, as far as it is told', async () => {
      const { port } = new URL(pages.origin); // no node
      const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
      await page.goto(`${pages.origin}/?seed=ws://127.0.0.1:${port}`);
      await page.locator('#state[data-state=isolated]').waitFor();
      await page.locator('#hint', { hasText: `127.0.0.1:${port}` }).waitFor();
      expect(await page.locator('#hint').innerText()).to.match(/^DIAL_FAILED: .+ 403, .+ origins/);
      await page.screenshot({ path: join(screenshots, 'page-narrow.png') });
    });
  });

  context('that Vite has built, on a narrow screen', () => {
    it('has nothing that is wider', async () => {
      const page = await open('/');
      await page.setViewportSize({ width: 390, height: 800 });
      await page.locator('#state[data-state=joined]').waitFor();
      await page.fill('#wanted', 'nobody on a telephone');
      await page.click('#find button');
      await page.locator('#trace').waitFor();
      const wider = `[...document.querySelectorAll('body :not(input)')]
        .filter((element) => element.scrollWidth > element.clientWidth && element.clientWidth > 0)
        .map((element) => element.outerHTML)`;
      expect(await page.evaluate(wider)).to.deep.equal([]);
    });
  });

  context('that the network of the example serves', () => {
    let network: ChildProcess;
    /** What it prints, by the first word. */
    const told = new Map<string, string>();

    before(async () => {
      const program = ['--import=tsx', 'examples/browser/network.ts'];
      network = spawn(process.execPath, program, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
      for await (const line of createInterface({ input: network.stdout as NodeJS.ReadableStream })) {
        const [what = '', where = ''] = line.split(/:\s+/);
        told.set(what, where);
        if (what === 'plain') break;
      }
    });

    after(() => network.kill('SIGKILL'));

    it('joins, from the address that it prints', async () => {
      const page = await browser.newPage();
      await page.goto(told.get('page') as string);
      await page.locator('#state[data-state=joined]').waitFor();
      expect(await page.inputValue('#seed')).to.equal(told.get('seed'));
      await page.close();
    });

    it('finds without a bundler, too', async () => {
      const page = await browser.newPage();
      await page.goto(told.get('plain') as string);
      await page.getByText('hello from a node').waitFor();
      await page.close();
    });

    it('ends with it', async () => {
      const exit = once(network, 'exit');
      network.kill('SIGINT');
      expect(await exit).to.deep.equal([0, null]);
    });
  });

  context('without a bundler', () => {
    it('says what it lacks when no seed is named', async () => {
      const page = await open('/examples/browser/plain.html', '');
      await page.getByText('add ?seed=ws://').waitFor();
    });

    it('finds it, too', async () => {
      const page = await open('/examples/browser/plain.html');
      await page.getByText('"greeting": "hello"').waitFor();
    });
  });

  context('in a group with a secret, where all prove who they are', () => {
    it('is let in by the keys of the twin, and finds', async () => {
      const secret = Buffer.alloc(32, 7).toString('base64');
      const closed = { group: 'closed', secret, requireIdentity: true };
      const host = await start({ transport: [tcp(), ws({ origins: [pages.origin] })], ...closed });
      await host.register({ id: idOf('vault'), data: 'open' });
      const page = await open('/examples/browser/plain.html');
      const program = `(async () => {
        const { Disgover, Identity, idOf } = await import('/dist/browser/index.js');
        const { ws } = await import('/dist/browser/transports/ws.js');
        const identity = Identity.generate();
        const seeds = ['${seedOf(host)}'];
        const node = await Disgover.start({ transport: ws(), seeds, identity, ...${JSON.stringify(closed)} });
        const found = await node.find(idOf('vault'));
        await node.close();
        return found.data;
      })()`;
      expect(await page.evaluate(program)).to.equal('open');
    });
  });

  context('of any kind', () => {
    it('reports no error', () => {
      expect(faults).to.deep.equal([]);
    });
  });
});
