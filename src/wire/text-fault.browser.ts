// No more than that, in a page, where each byte is loaded by everybody.

export function utf8Fault(_bytes: Uint8Array): string {
  return 'invalid UTF-8';
}

export function jsonFault(_text: string): string {
  return 'invalid JSON';
}
