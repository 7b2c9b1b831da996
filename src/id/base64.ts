// Padded base64, as Node has it; its twin is base64.browser.ts. What is decoded has been checked before.

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

export function bytesOfBase64(text: string): Uint8Array {
  // Not a Buffer: its `slice` shares memory, and twins should return the same.
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
