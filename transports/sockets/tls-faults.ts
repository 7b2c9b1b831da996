// Why a TLS handshake failed, in words that say what to do. OpenSSL's own are kept as the cause.
import type { DetailedPeerCertificate } from 'node:tls';
import { quote, Refusal } from '../../src/plugin.js';

interface TlsError extends Error {
  readonly code?: string | undefined;
  /** Of certificates for another name. */
  readonly cert?: DetailedPeerCertificate;
  readonly host?: string;
}

const WORDS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not yet valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate: give its CA as tls.ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate of an authority that is not trusted: give its CA as tls.ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate of an authority that is not trusted: give its CA as tls.ca',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate of an authority that is not trusted: give its CA as tls.ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate of an authority that is not trusted: give its CA as tls.ca',
  CERT_SIGNATURE_FAILURE: 'certificate of another authority of the same name as one in tls.ca',
  INVALID_PURPOSE: 'its certificate is not for this use: see its extended key usage',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the other end does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the other end does not speak TLS',
  ERR_SSL_HTTP_REQUEST: 'the other end speaks HTTP, and no TLS',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the other end speaks no TLS 1.3',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the other end speaks no TLS 1.3',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'the other end wants a certificate of ours: give tls.cert and tls.key',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'the other end shows no certificate',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the handshake was not done in time',
};

/** Also for what comes after the handshake: with TLS 1.3 a dialler learns only then that it was refused. */
export function tlsFault(error: TlsError): Refusal {
  return new Refusal('TLS_FAILED', wordsFor(error));
}

/** Whether an error of an encrypted socket is of TLS, and not of the connection beneath it. */
export function isTlsError({ code = '' }: { readonly code?: string | undefined }): boolean {
  return Object.hasOwn(WORDS, code) || /^ERR_(?:SSL|TLS)_/.test(code);
}

function wordsFor(error: TlsError): string {
  const { code = '' } = error;
  if (Object.hasOwn(WORDS, code)) return WORDS[code] as string;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return otherName(error);
  // What a port that does not speak TLS does with a ClientHello is mostly this.
  if (code === 'ECONNRESET') return 'the other end ended the handshake, as one that does not speak TLS';
  const alert = /_ALERT_(\w+)$/.exec(code)?.[1];
  if (alert !== undefined) return `the other end says: ${alert.toLowerCase().replaceAll('_', ' ')}`;
  return code === '' ? quote(error.message) : code;
}

function otherName({ cert, host = '' }: TlsError): string {
  const names = cert?.subjectaltname?.replaceAll('IP Address:', '').replaceAll('DNS:', '');
  // A common name is no name any more (RFC 9525).
  if (names === undefined) return `certificate has no subjectAltName, which must name ${quote(host)}`;
  return `certificate is for ${quote(names)} and not for ${quote(host)}`;
}
