// What is said of encrypted links, the same for all transports over sockets. Types alone, and none of Node's: projects for browsers
// read them, too.

/** PEM, as text or bytes; several of them in an array. */
export type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** TLS 1.3, always with verification of the other end's certificate. Whoever is dialled shows one; see `requestCert`. */
export interface TlsOptions {
  /**
   * The node's certificate, followed by those between it and its authority, in one PEM. Needed to listen, and to dial where
   * certificates are asked for. An array: several, each with its key.
   */
  readonly cert?: Pem;
  /** The private key of `cert`, in PEM. */
  readonly key?: Pem;
  /** Of `key`, where it is encrypted. */
  readonly passphrase?: string;
  /** Certificates of the authorities to trust, in PEM, instead of those that Node.js comes with. */
  readonly ca?: Pem;
  /**
   * Whether who dials must show a certificate of `ca`, which must be given. Default false: then whoever trusts our
   * certificate may connect.
   */
  readonly requestCert?: boolean;
  /**
   * The name that the certificates of all nodes carry, where they do not carry their hosts' names or addresses. Default: the
   * host that is dialled.
   */
  readonly servername?: string;
}
