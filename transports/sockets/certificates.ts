// Keys and certificates as they are given, looked at before anything listens or dials: a mistake is told at the start, and not to
// whoever connects first.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DisgoverError, quote, typeName } from '../../src/plugin.js';
import { refuseOption } from './option-checks.js';

const certificateBlock =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** One or several as a list of copies, so that what is changed afterwards is not what was checked. */
export function pems(option: string, value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) refuseOption(option, 'PEM, got an empty array');
  return list.map((pem) => {
    if (typeof pem === 'string') return pem;
    if (pem instanceof Uint8Array) return Buffer.from(pem).toString('latin1');
    return refuseOption(option, `PEM as a string or Buffer, got ${typeName(pem)}`);
  });
}

/** All certificates of a PEM, the first one first. @throws DisgoverError `ERR_TLS_KEY_MISMATCH`. */
export function readCertificates(option: string, pem: string): [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = pem.match(certificateBlock) ?? [];
  if (first === undefined) throw mismatch(option, 'no certificate in PEM');
  const read = (block: string) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw mismatch(option, 'unreadable', cause);
    }
  };
  return [read(first), ...others.map(read)];
}

/** @throws DisgoverError `ERR_TLS_KEY_MISMATCH`. */
export function readKey(option: string, pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase !== undefined && { passphrase }) });
  } catch (cause) {
    const isEncrypted = pem.includes('ENCRYPTED');
    const why = isEncrypted ? 'the passphrase is missing or wrong' : 'no private key in PEM';
    throw mismatch(option, why, cause);
  }
}

/**
 * Every certificate has its key, and every key its certificate.
 * @throws DisgoverError `ERR_TLS_KEY_MISMATCH`.
 */
export function checkPairs(
  option: string,
  leaves: readonly X509Certificate[],
  keys: readonly KeyObject[],
): void {
  for (const leaf of leaves) {
    if (keys.some((key) => leaf.checkPrivateKey(key))) continue;
    const hint = leaves.length > 1 ? '; a chain stands in one PEM' : '';
    throw mismatch(`${option}.cert`, `${nameOf(leaf)} has another key than tls.key${hint}`);
  }
  if (keys.length > leaves.length) throw mismatch(`${option}.key`, 'more keys than certificates');
}

/** @throws DisgoverError `ERR_TLS_EXPIRED`. */
export function checkValidity(option: string, certificate: X509Certificate): void {
  const { validFrom, validTo } = certificate;
  // biome-ignore lint/style/noRestrictedGlobals: certificates go by the calendar, as TLS itself will; a Runtime has only a clock.
  const { parse, now } = Date;
  if (now() > parse(validTo)) expired(option, certificate, `since ${validTo}`);
  if (now() < parse(validFrom)) expired(option, certificate, `not before ${validFrom}`);
}

function expired(option: string, certificate: X509Certificate, when: string): never {
  throw new DisgoverError('TLS_EXPIRED', `${when}: ${option}, ${nameOf(certificate)}`);
}

export function mismatch(option: string, why: string, cause?: unknown): DisgoverError {
  return new DisgoverError(
    'TLS_KEY_MISMATCH',
    `${option}: ${why}`,
    cause === undefined ? undefined : { cause },
  );
}

function nameOf({ subject, subjectAltName }: X509Certificate): string {
  return `certificate of ${quote(subject?.replaceAll('\n', ', ') || subjectAltName || 'nobody')}`;
}
