// The options of encrypted links, checked and made into what Node takes; what a peer says never changes them.
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TlsOptions as ServerOptions,
} from 'node:tls';
import { checkHost, isLiteral, limits, typeName } from '../../src/plugin.js';
import { checkPairs, checkValidity, mismatch, pems, readCertificates, readKey } from './certificates.js';
import { checkBoolean, checkFields, refuseOption } from './option-checks.js';
import type { TlsOptions } from './tls-options.js';

export interface CheckedTls {
  /** For `tls.createServer` and `https.createServer`. */
  readonly server: ServerOptions;
  /** For `tls.connect`, together with `rejectUnauthorized: true`. */
  readonly secureContext: SecureContext;
  readonly servername: string | undefined;
}

const FIELDS = ['cert', 'key', 'passphrase', 'ca', 'requestCert', 'servername'];

/** With TLS 1.3 there is no older version to be talked down to, no renegotiation, and no weak cipher. */
const MIN_VERSION = 'TLSv1.3';

/**
 * `transport` for messages; `listens`: whether a certificate is needed.
 * @throws DisgoverError `ERR_BAD_OPTION`, `ERR_BAD_HOST`, `ERR_TLS_KEY_MISMATCH`, `ERR_TLS_EXPIRED`.
 */
export function checkTls(transport: string, tls: TlsOptions, { listens }: { listens: boolean }): CheckedTls {
  const option = `${transport}: tls`;
  checkFields(option, tls, FIELDS);
  const { requestCert = false, servername } = tls;
  checkBoolean(`${option}.requestCert`, requestCert);
  // Without it everybody would be let in whose certificate is of an authority that browsers trust.
  if (requestCert && tls.ca === undefined) refuseOption(`${option}.requestCert`, 'needs tls.ca');
  const context = {
    minVersion: MIN_VERSION,
    ...checkIdentity(option, tls, listens),
    ...checkAuthorities(option, tls),
  } as const;
  return {
    server: { ...context, requestCert, rejectUnauthorized: true, handshakeTimeout: limits.handshakeMs },
    secureContext: makeContext(option, context),
    servername: servername === undefined ? undefined : checkServername(option, servername),
  };
}

let trustOfSystem: CheckedTls | undefined;

/** For dialling who wants TLS when nothing was configured: the authorities of Node.js, and no certificate of ours. Made when first used. */
export function systemTrust(): CheckedTls {
  trustOfSystem ??= checkTls('transport', {}, { listens: false });
  return trustOfSystem;
}

function checkIdentity(
  option: string,
  { cert, key, passphrase }: TlsOptions,
  listens: boolean,
): SecureContextOptions {
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    refuseOption(`${option}.passphrase`, `string, got ${typeName(passphrase)}`);
  }
  if (cert === undefined && key === undefined && !listens) return {};
  if (cert === undefined)
    throw mismatch(
      `${option}.cert`,
      key === undefined ? 'needed to listen' : 'missing, there is only tls.key',
    );
  if (key === undefined) throw mismatch(`${option}.key`, 'missing, there is only tls.cert');
  const certificates = pems(`${option}.cert`, cert);
  const leaves = certificates.map((pem) => readCertificates(`${option}.cert`, pem)[0]);
  const keys = pems(`${option}.key`, key);
  const readKeys = keys.map((pem) => readKey(`${option}.key`, pem, passphrase));
  checkPairs(option, leaves, readKeys);
  for (const leaf of leaves) checkValidity(`${option}.cert`, leaf);
  return { cert: certificates, key: keys, ...(passphrase !== undefined && { passphrase }) };
}

function checkAuthorities(option: string, { ca }: TlsOptions): SecureContextOptions {
  if (ca === undefined) return {};
  const authorities = pems(`${option}.ca`, ca);
  for (const pem of authorities) readCertificates(`${option}.ca`, pem);
  return { ca: authorities };
}

/** The last word has OpenSSL: a key too short, an algorithm that it does not take. */
function makeContext(option: string, context: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(context);
  } catch (cause) {
    throw mismatch(option, cause instanceof Error ? cause.message : 'unusable', cause);
  }
}

function checkServername(option: string, servername: unknown): string {
  const name = checkHost(servername);
  return isLiteral(name) ? refuseOption(`${option}.servername`, 'a name, not an address') : name;
}
