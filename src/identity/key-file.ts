// A node's key pair, or its group's secrets, in a file. Node only.
//
// A key is written as `openssl genpkey -algorithm ed25519` writes it: PKCS #8 (RFC 8410 §7) in PEM (RFC 7468 §10).

import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DisgoverError, quote } from '../errors.js';
import { limits } from '../limits.js';
import { Identity } from './identity.js';

export interface KeyFileOptions {
  /** Told what is not as it should be, and keeps nobody from using the file: `ERR_KEY_FILE_PERMISSIONS`. Default: nobody is. */
  readonly onWarning?: (warning: DisgoverError) => void;
}

const SECRET_BYTES = 32;
/** All that comes before the 32 bytes of an Ed25519 key in its PKCS #8, which is 48 bytes long. */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PEM = /^-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]*)-----END PRIVATE KEY-----\s*$/;
const OWNER_ALONE = 0o600;
const OTHERS = 0o077;

/**
 * The key pair in a file.
 * @throws DisgoverError `ERR_KEY_FILE_UNREADABLE`, with its `cause`; `ERR_BAD_KEY` for a file that holds something else.
 */
export async function loadIdentity(path: string, options: KeyFileOptions = {}): Promise<Identity> {
  const text = await read(path, options);
  const [, base64 = ''] = PEM.exec(text) ?? [];
  const der = Buffer.from(base64, 'base64');
  const isKey = der.length === PREFIX.length + SECRET_BYTES && der.subarray(0, PREFIX.length).equals(PREFIX);
  if (!isKey) {
    // Never with what is in it, which may be another secret.
    throw new DisgoverError('BAD_KEY', `${quote(path)} holds no Ed25519 key (PKCS #8 in PEM, not encrypted)`);
  }
  return new Identity(der.subarray(PREFIX.length));
}

/**
 * Writes the key pair to a new file, which its owner alone can read. A file that is there already is left as it is: a key that is
 * overwritten is lost.
 * @throws DisgoverError `ERR_KEY_FILE_UNREADABLE`, with its `cause` (`EEXIST` where there is such a file).
 */
export async function saveIdentity(identity: Identity, path: string): Promise<void> {
  const der = Buffer.concat([PREFIX, identity.exportSeed()]);
  const text = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  // Whole before it has its name: nobody reads half a key. In the same folder, or it could not be renamed.
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    try {
      await write(temporary, text);
      await link(temporary, path); // as a rename that overwrites nothing
    } finally {
      await unlink(temporary).catch(() => {});
    }
    await syncFolder(dirname(path));
  } catch (cause) {
    throw unusable(path, 'written', cause);
  }
}

/**
 * The key pair in a file; where there is no such file, a new one, which is written to it. Of several processes that do so at once
 * all end with the same key. @throws DisgoverError as `loadIdentity` and `saveIdentity`.
 */
export async function openIdentity(path: string, options: KeyFileOptions = {}): Promise<Identity> {
  try {
    return await loadIdentity(path, options);
  } catch (fault) {
    if (!isFault(fault, 'ENOENT')) throw fault;
  }
  const identity = Identity.generate();
  try {
    await saveIdentity(identity, path);
    return identity;
  } catch (fault) {
    if (!isFault(fault, 'EEXIST')) throw fault;
    return loadIdentity(path, options); // another was first
  }
}

/**
 * The secrets in a file, for the option `secret`: 32 bytes in base64 a line, at most 4; empty lines and those that begin with `#` are
 * passed over.
 * @throws DisgoverError `ERR_KEY_FILE_UNREADABLE`, with its `cause`; `ERR_BAD_KEY` for a line that is no secret, for none, for too many.
 */
export async function loadSecrets(path: string, options: KeyFileOptions = {}): Promise<Uint8Array[]> {
  const text = await read(path, options);
  const secrets: Uint8Array[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const secret = line.trim();
    if (secret === '' || secret.startsWith('#')) continue;
    secrets.push(secretOf(secret, `${quote(path)} line ${i + 1}`));
  }
  if (secrets.length >= 1 && secrets.length <= limits.secrets) return secrets;
  throw new DisgoverError(
    'BAD_KEY',
    `${quote(path)}: need 1..${limits.secrets} secrets, got ${secrets.length}`,
  );
}

function secretOf(text: string, where: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new DisgoverError('BAD_KEY', `${where}: not base64`);
  if (bytes.length !== SECRET_BYTES)
    throw new DisgoverError('BAD_KEY', `${where}: need ${SECRET_BYTES} bytes in base64, got ${bytes.length}`);
  return new Uint8Array(bytes);
}

async function read(path: string, { onWarning }: KeyFileOptions): Promise<string> {
  let warning: DisgoverError | undefined;
  let text: string;
  try {
    const file = await open(path, 'r');
    try {
      warning = await exposureOf(file, path);
      text = await readAll(file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unusable(path, 'read', cause);
  }
  if (text.length > limits.keyFileBytes)
    throw new DisgoverError('BAD_KEY', `${quote(path)} is longer than ${limits.keyFileBytes} B`);
  if (warning !== undefined) onWarning?.(warning);
  return text;
}

/** One byte more than it may have, at most: by what comes and not by its size, which a pipe does not have. */
async function readAll(file: FileHandle): Promise<string> {
  const buffer = Buffer.alloc(limits.keyFileBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.toString('latin1', 0, length);
}

/** Windows has no such permissions: it says 0666 of every file. */
async function exposureOf(file: FileHandle, path: string): Promise<DisgoverError | undefined> {
  const { mode } = await file.stat();
  if ((mode & OTHERS) === 0 || process.platform === 'win32') return undefined;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  return new DisgoverError('KEY_FILE_PERMISSIONS', `${quote(path)} is open to others (${shown}): chmod 600`);
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ALONE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The name, too, has to survive a crash. Not every system lets a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  try {
    await folder?.sync();
  } catch {
    // It is written as soon as the system sees fit.
  } finally {
    await folder?.close();
  }
}

function unusable(path: string, what: 'read' | 'written', cause: unknown): DisgoverError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  return new DisgoverError('KEY_FILE_UNREADABLE', `${quote(path)} cannot be ${what}: ${code}`, { cause });
}

function isFault(fault: unknown, code: string): boolean {
  return ((fault as DisgoverError).cause as NodeJS.ErrnoException | undefined)?.code === code;
}
