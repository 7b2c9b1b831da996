import { execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { DisgoverError } from '../../src/errors.js';
import { Identity } from '../../src/identity/identity.js';
import { loadIdentity, loadSecrets, openIdentity, saveIdentity } from '../../src/identity/key-file.js';
import { expectCode } from '../support/expect-code.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const seed = new Uint8Array(32).map((_, i) => i);
const identity = new Identity(seed);
/** As `openssl pkey -text` agrees: the seed 00 01 … 1f. */
const pem = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
`;
const pemOf = (der: Uint8Array, kind = 'PRIVATE KEY') =>
  `-----BEGIN ${kind}-----\n${Buffer.from(der).toString('base64')}\n-----END ${kind}-----\n`;

describe('key files', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disgover-keys-'));
    path = join(folder, 'node.key');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const written = async (text: string | Uint8Array, mode = 0o600) => {
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  };

  describe('saveIdentity', () => {
    it('writes PKCS #8 in PEM that its owner alone can read, and leaves nothing else behind', async () => {
      await saveIdentity(identity, path);
      expect(await readFile(path, 'utf8')).to.equal(pem);
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      expect(await readdir(folder)).to.deep.equal(['node.key']);
    });

    it('leaves a file that is there as it is', async () => {
      await written('something else');
      const fault = await expectCode(saveIdentity(identity, path), 'ERR_KEY_FILE_UNREADABLE');
      expect(fault.cause).to.include({ code: 'EEXIST' });
      expect(await readFile(path, 'utf8')).to.equal('something else');
      expect(await readdir(folder)).to.deep.equal(['node.key']);
    });

    it('says where it cannot write', async () => {
      const fault = await expectCode(
        saveIdentity(identity, join(folder, 'none', 'node.key')),
        'ERR_KEY_FILE_UNREADABLE',
      );
      expect(fault.cause).to.include({ code: 'ENOENT' });
    });
  });

  describe('loadIdentity', () => {
    it('reads what was saved', async () => {
      await saveIdentity(identity, path);
      expect((await loadIdentity(path)).exportSeed()).to.deep.equal(seed);
    });

    it('reads lines of any length and ending, and white space after the last', async () => {
      const body = pem.split('\n')[1] as string;
      const lines = [
        '-----BEGIN PRIVATE KEY-----',
        body.slice(0, 20),
        body.slice(20),
        '-----END PRIVATE KEY-----',
      ];
      expect((await loadIdentity(await written(`${lines.join('\r\n')}\r\n\n`))).id).to.equal(identity.id);
    });

    it('reads it through a link to the file, as containers mount it', async () => {
      await saveIdentity(identity, path);
      const other = join(folder, 'link');
      await symlink(path, other);
      expect((await loadIdentity(other)).id).to.equal(identity.id);
    });

    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    for (const [what, text] of Object.entries({
      nothing: '',
      'some text': 'no key',
      'bytes that are no text': Buffer.alloc(64, 0xff),
      'the bytes of the key alone': Buffer.from(seed),
      'no end': pem.replace(/-----END.*/, ''),
      'a public key': pemOf(der, 'PUBLIC KEY'),
      'an encrypted key': pemOf(der, 'ENCRYPTED PRIVATE KEY'),
      'an X25519 key': pemOf(der.with(11, 0x6e)),
      'a byte less': pemOf(der.subarray(0, 47)),
      'a byte more': pemOf(Buffer.concat([der, Buffer.of(0)])),
      'two keys': pem + pem,
      'a beginning and 4,000 spaces': `-----BEGIN PRIVATE KEY-----${' '.repeat(4_000)}`,
      '5,000 spaces after it': pem + ' '.repeat(5_000),
    })) {
      it(`refuses a file that holds ${what}`, async () => {
        await expectCode(loadIdentity(await written(text)), 'ERR_BAD_KEY');
      });
    }

    it('shows nothing of what is in a file that it refuses', async () => {
      const fault = await loadIdentity(await written(pemOf(der.subarray(0, 47)))).catch((error) => error);
      const shown = inspect(fault, { showHidden: true, depth: Number.POSITIVE_INFINITY });
      expect(shown).to.contain('node.key');
      expect(shown).not.to.contain(Buffer.from(der).toString('base64').slice(24, 34));
    });

    it('says what is missing or not to be read', async () => {
      const missing = await expectCode(loadIdentity(path), 'ERR_KEY_FILE_UNREADABLE');
      expect(missing.cause).to.include({ code: 'ENOENT' });
      await mkdir(path);
      const isFolder = await expectCode(loadIdentity(path), 'ERR_KEY_FILE_UNREADABLE');
      expect(isFolder.cause).to.include({ code: 'EISDIR' });
    });

    it('tells of a file that others can read, and reads it all the same', async () => {
      for (const mode of [0o604, 0o640, 0o666]) {
        const warnings: DisgoverError[] = [];
        const onWarning = (warning: DisgoverError) => warnings.push(warning);
        expect((await loadIdentity(await written(pem, mode), { onWarning })).id).to.equal(identity.id);
        expect(warnings.map(({ code }) => code)).to.deep.equal(['ERR_KEY_FILE_PERMISSIONS']);
        expect(warnings[0]?.message).to.contain(`0${mode.toString(8)}`);
        expect((await loadIdentity(path)).id).to.equal(identity.id);
      }
    });

    it('tells nothing of one that only its owner can read', async () => {
      for (const mode of [0o600, 0o400]) {
        const onWarning = () => expect.fail('a warning');
        expect((await loadIdentity(await written(pem, mode), { onWarning })).id).to.equal(identity.id);
      }
    });
  });

  describe('openIdentity', () => {
    it('makes a key where there is none, and has the same the next time', async () => {
      const made = await openIdentity(path);
      expect((await openIdentity(path)).id).to.equal(made.id);
      expect((await loadIdentity(path)).id).to.equal(made.id);
    });

    it('replaces nothing that it cannot read', async () => {
      await written('no key');
      await expectCode(openIdentity(path), 'ERR_BAD_KEY');
      expect(await readFile(path, 'utf8')).to.equal('no key');
    });

    it('ends with one key when it is called many times at once', async () => {
      const opened = await Promise.all(Array.from({ length: 20 }, () => openIdentity(path)));
      expect(new Set(opened.map(({ id }) => id)).size).to.equal(1);
      expect((await loadIdentity(path)).id).to.equal(opened[0]?.id);
      expect(await readdir(folder)).to.deep.equal(['node.key']);
    });

    it('ends with one key in several processes at once', async function () {
      this.timeout(60_000);
      const program = join(folder, 'open.mjs');
      const module = new URL('../../src/identity/key-file.ts', import.meta.url).href;
      await writeFile(
        program,
        `import { openIdentity } from '${module}';
        process.send('ready');
        process.once('message', async () => {
          process.send((await openIdentity(${JSON.stringify(path)})).id);
          process.disconnect();
        });`,
      );
      const execArgv = ['--import=tsx', '--conditions=disgover-source'];
      const cwd = new URL('../..', import.meta.url);
      const processes = Array.from({ length: 3 }, () => fork(program, { execArgv, cwd }));
      await Promise.all(processes.map((one) => once(one, 'message')));
      const answers = processes.map((one) => once(one, 'message'));
      for (const one of processes) one.send('go');
      const ids = (await Promise.all(answers)).map(([id]) => id);
      expect(ids).to.deep.equal(Array(3).fill((await loadIdentity(path)).id));
    });
  });

  describe('and openssl', () => {
    before(function () {
      if (!hasOpenssl) this.skip();
    });

    it('agree on a key that openssl has made', async () => {
      execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', path]);
      const loaded = await loadIdentity(path);
      const spki = execFileSync('openssl', ['pkey', '-in', path, '-pubout', '-outform', 'DER']);
      expect(Buffer.from(loaded.publicKey).equals(spki.subarray(-32))).to.equal(true);
    });

    it('agree on a key that was saved here, to the letter', async () => {
      await saveIdentity(identity, path);
      expect(execFileSync('openssl', ['pkey', '-in', path], { encoding: 'utf8' })).to.equal(pem);
    });

    it('refuse each other an RSA key', async () => {
      execFileSync('openssl', ['genpkey', '-algorithm', 'rsa', '-out', path], { stdio: 'ignore' });
      await expectCode(loadIdentity(path), 'ERR_BAD_KEY');
    });
  });

  describe('loadSecrets', () => {
    const secret = (fill: number) => Buffer.alloc(32, fill).toString('base64');

    it('reads a secret a line, in their order, and passes over comments and empty lines', async () => {
      const text = `# the new one\n${secret(1)}\n\n  # the old one\r\n  ${secret(2)}  \r\n`;
      const secrets = await loadSecrets(await written(text));
      expect(secrets).to.deep.equal([1, 2].map((fill) => new Uint8Array(32).fill(fill)));
    });

    it('reads one without an end of line', async () => {
      expect(await loadSecrets(await written(secret(1)))).to.have.length(1);
    });

    for (const [what, text] of Object.entries({
      'no secret': '# none\n',
      'five secrets': [1, 2, 3, 4, 5].map(secret).join('\n'),
      'a secret of 16 bytes': Buffer.alloc(16).toString('base64'),
      'a secret without its padding': secret(1).replaceAll('=', ''),
      'a secret in hexadecimal': '01'.repeat(32),
      'a password': 'correct horse battery staple',
      'a key': pem,
    })) {
      it(`refuses a file with ${what}`, async () => {
        const fault = await expectCode(loadSecrets(await written(text)), 'ERR_BAD_KEY');
        expect(fault.message).not.to.contain(text.trim().slice(0, 12));
      });
    }

    it('says which line is wrong', async () => {
      const fault = await expectCode(loadSecrets(await written(`${secret(1)}\n#\nAAAA\n`)), 'ERR_BAD_KEY');
      expect(fault.message).to.contain('line 3: need 32 bytes in base64, got 3');
    });

    it('tells of a file that others can read', async () => {
      const codes: string[] = [];
      await loadSecrets(await written(secret(1), 0o644), { onWarning: ({ code }) => codes.push(code) });
      expect(codes).to.deep.equal(['ERR_KEY_FILE_PERMISSIONS']);
    });

    it('says what is missing', async () => {
      await expectCode(loadSecrets(path), 'ERR_KEY_FILE_UNREADABLE');
    });
  });
});
