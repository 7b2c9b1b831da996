// Which group a command belongs to, and how it shows that it does: flags of every command that meets other nodes. Secrets and keys
// come from files or from the environment: the command line is for everybody on the machine to read.

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { TlsOptions } from '../../transports/sockets/tls-options.js';
import { quote } from '../errors.js';
import { loadSecrets, openIdentity } from '../identity/key-file.js';
import { DisgoverError, type DisgoverOptions } from '../index.js';
import { flag, groupFlag } from './flags.js';
import type { Output } from './output.js';

export interface GroupFlags {
  readonly group?: string;
  readonly keyFile?: string;
  readonly secretFile?: string;
  readonly requireIdentity?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly tlsRequestCert?: boolean;
  readonly tlsName?: string;
}

const path = (text: string) => text;

export function addGroupFlags(command: Command): Command {
  return command
    .addOption(groupFlag())
    .addOption(
      flag('--key-file <path>', "the node's key; made when there is none (default: a new key)", path),
    )
    .addOption(flag('--secret-file <path>', "the group's secrets, one a line (or DISGOVER_SECRET)", path))
    .option('--require-identity', 'refuse nodes without a key')
    .addOption(flag('--tls-cert <path>', 'certificate in PEM: all links are encrypted', path))
    .addOption(flag('--tls-key <path>', 'its private key in PEM', path))
    .addOption(flag('--tls-ca <path>', 'the authorities to trust in PEM: all links are encrypted', path))
    .option('--tls-request-cert', 'want a certificate of who dials')
    .addOption(flag('--tls-name <name>', "the name in all nodes' certificates", path));
}

/** What `Disgover.start` is told of it. @throws DisgoverError `ERR_KEY_FILE_UNREADABLE`, `ERR_BAD_KEY`. */
export async function groupOptions(
  { group, keyFile, secretFile, requireIdentity }: GroupFlags,
  output: Output,
): Promise<Pick<DisgoverOptions, 'group' | 'identity' | 'secret' | 'requireIdentity'>> {
  const onWarning = ({ message }: DisgoverError) => output.notice(message);
  const fromEnvironment = process.env.DISGOVER_SECRET;
  const secret = secretFile === undefined ? fromEnvironment : await loadSecrets(secretFile, { onWarning });
  return {
    ...(group !== undefined && { group }),
    ...(keyFile !== undefined && { identity: await openIdentity(keyFile, { onWarning }) }),
    ...(secret !== undefined && { secret }),
    ...(requireIdentity && { requireIdentity }),
  };
}

/** Absent where links are not encrypted. @throws DisgoverError `ERR_KEY_FILE_UNREADABLE`. */
export async function tlsOptions(flags: GroupFlags): Promise<TlsOptions | undefined> {
  const { tlsCert, tlsKey, tlsCa, tlsRequestCert, tlsName } = flags;
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) {
    if (!tlsRequestCert && tlsName === undefined) return undefined;
    throw new DisgoverError('BAD_OPTION', 'TLS needs --tls-ca, or --tls-cert and --tls-key');
  }
  const [cert, key, ca] = await Promise.all([
    read('--tls-cert', tlsCert),
    read('--tls-key', tlsKey),
    read('--tls-ca', tlsCa),
  ]);
  return {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(ca !== undefined && { ca }),
    ...(tlsRequestCert && { requestCert: true }),
    ...(tlsName !== undefined && { servername: tlsName }),
  };
}

async function read(flagName: string, file: string | undefined): Promise<string | undefined> {
  try {
    return file === undefined ? undefined : await readFile(file, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const detail = `${flagName} ${quote(file as string)} cannot be read: ${why}`;
    throw new DisgoverError('KEY_FILE_UNREADABLE', detail, { cause });
  }
}
