// Makes a fresh clone ready: installs from the lock file and builds `dist`, each only when what it is made from changed.
// Runs before anything is installed, hence on Node's own modules alone.
//   --build   builds even when nothing changed
//   --bench   installs what bench/ compares with, too
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (...names) => join(root, ...names);

/** Files under a path, in an order that does not depend on the disk. */
const filesOf = (path) => {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile())
    .sort();
};

/** Digest of names and contents: unlike file times it survives a checkout, and sees that a file is gone. */
const digestOf = (...paths) => {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesOf))
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
};

const run = (title, command, args, options) => {
  console.error(`disgover: ${title}`);
  // What npm and the compiler have to say is shown only when it is a complaint.
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    ...options,
  });
  if (status === 0) return;
  console.error(error?.message ?? `${stdout}${stderr}`);
  process.exit(1);
};

/** Does the work unless the stamp in `directory`, which goes with it, says that it was done for the same digest. */
const unlessStamped = (directory, digest, work) => {
  const stamp = join(directory, '.disgover-stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  work();
  writeFileSync(stamp, digest);
};

const install = (title, directory) =>
  unlessStamped(join(directory, 'node_modules'), digestOf(join(directory, 'package-lock.json')), () =>
    // Development dependencies are wanted even where NODE_ENV says "production".
    run(title, 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: directory,
      shell: process.platform === 'win32',
    }),
  );

install('installing dependencies', root);
if (process.argv.includes('--bench') && existsSync(inRoot('bench', 'package-lock.json'))) {
  install('installing what bench/ compares with', inRoot('bench'));
}

const dist = inRoot('dist');
if (process.argv.includes('--build')) rmSync(dist, { recursive: true, force: true });
const forBrowsers = join('tools', 'browser');
const inputs = [
  ...['src', 'transports', 'arbiters', forBrowsers],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
];
unlessStamped(dist, digestOf(...inputs.map((name) => inRoot(name))), () => {
  // Beside its place, then moved: nobody sees half a build, and nothing is left of a source that is gone.
  const fresh = inRoot(`.dist-${process.pid}`);
  process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));
  const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  run('building', process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', fresh]);
  run('bundling for browsers', process.execPath, [join(forBrowsers, 'bundle.mjs'), join(fresh, 'browser')]);
  // The compiler makes no file executable; `npx disgover` in a clone needs it.
  const command = join(fresh, 'src', 'cli', 'main.js');
  if (existsSync(command)) chmodSync(command, 0o755);
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
});
