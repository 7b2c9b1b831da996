// What the browser itself says.

import { quoteThrown } from '../errors.js';

export function jsonFault(text: string): string {
  try {
    JSON.parse(text);
  } catch (fault) {
    return quoteThrown(fault);
  }
  return '';
}
