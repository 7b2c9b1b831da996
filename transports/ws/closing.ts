// How a fault is told in the close frame: the status codes of RFC 6455 §7.4, and beside them the code of the fault itself.
import type { FaultCode, LinkCloseReason } from '../../src/plugin.js';

export const NORMAL = 1_000;

const statusOf: { readonly [Code in FaultCode]?: number } = {
  CLOSED: 1_001,
  BAD_FRAME: 1_002,
  BAD_FRAME_TYPE: 1_003,
  FRAME_EMPTY: 1_008,
  TOO_MANY_FRAGMENTS: 1_008,
  RATE_LIMITED: 1_008,
  FRAME_TOO_LARGE: 1_009,
  INTERNAL: 1_011,
};

export function statusOfReason(reason: LinkCloseReason | undefined): number {
  return (reason && statusOf[reason.code]) ?? NORMAL;
}

/** What the library that reads the frames calls a fault, as one of ours. */
export function faultOfReader(code: string | undefined): FaultCode {
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return 'TOO_MANY_FRAGMENTS';
  return code?.startsWith('WS_ERR_UNSUPPORTED_') ? 'FRAME_TOO_LARGE' : 'BAD_FRAME';
}
