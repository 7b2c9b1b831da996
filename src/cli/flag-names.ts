// Failures speak of the options of the library; who types a command knows its flags.

/** As options are written in messages → the flag that sets them. The longer ones first. */
const flagOf: readonly (readonly [option: RegExp, flag: string])[] = [
  [/(?:\b(?:tcp|ws|transport): )?\btls\.cert\b/g, '--tls-cert'],
  [/(?:\b(?:tcp|ws|transport): )?\btls\.key\b/g, '--tls-key'],
  [/(?:\b(?:tcp|ws|transport): )?\btls\.ca\b/g, '--tls-ca'],
  [/(?:\b(?:tcp|ws|transport): )?\btls\.requestCert\b/g, '--tls-request-cert'],
  [/(?:\b(?:tcp|ws|transport): )?\btls\.servername\b/g, '--tls-name'],
  [/^(BAD_KEY: )secret: /, '$1DISGOVER_SECRET: '],
  [/\bthe option `secret`/g, '--secret-file'],
  [/\bthe option `group`/g, '--group'],
  [/\bthe option `tls`/g, '--tls-ca'],
  [/^(BAD_OPTION: )group\b/, '$1--group'],
  [/\bws: origins\b/g, '--origin'],
  [/\b(?:tcp|ws): advertise(?:\.host)?(?![\w.])/g, '--advertise'],
];

export function inFlags(message: string): string {
  return flagOf.reduce((text, [option, flag]) => text.replace(option, flag), message);
}
