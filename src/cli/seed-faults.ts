// Why seeds do not let a node in: only its log tells, for whoever starts a node need not care which of them answers.

import type { FaultCode } from '../errors.js';
import type { Logger, TransportInfo } from '../index.js';

export interface SeedFault {
  /** Its addresses. */
  readonly seed: readonly TransportInfo[];
  readonly code: FaultCode;
  /** With the code before it. */
  readonly message: string;
}

/** A logger that hears of seeds alone, and of their sources where somebody listens: `file /etc/seeds`, and with what it failed. */
export function seedFaultLogger(
  onFault: (fault: SeedFault) => void,
  onSourceFault: (source: string, message: string) => void = () => {},
): Logger {
  const ignore = () => {};
  return {
    debug: ignore,
    info: ignore,
    warn: (fields, message) => {
      if (message === 'source failed') {
        const { source, detail } = fields as { source: string; detail: string };
        onSourceFault(source, detail);
      }
      if (message !== 'seed failed') return;
      const { seed, code, detail } = fields as {
        seed: readonly TransportInfo[];
        code: string;
        detail: string;
      };
      onFault({ seed, code: code.slice('ERR_'.length) as FaultCode, message: detail });
    },
    error: ignore,
  };
}
