// Whatever a command ends with, as it is told: on stderr and to the shell. The only place that turns faults into exit codes.

import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { DisgoverError, type FaultCode, quote } from '../errors.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { inFlags } from './flag-names.js';
import { version } from './version.js';

/** The answer is no, which is nobody's fault: nobody has what was asked for, say. */
export class NegativeAnswer extends Error {
  override readonly name = 'NegativeAnswer';
  readonly code: FaultCode;

  constructor(code: Extract<FaultCode, 'NOT_FOUND' | 'DEMO_FAILED'>, message: string) {
    super(message);
    this.code = code;
  }
}

/** All seeds have refused this node, or were refused by it, and each of them for a reason that the shell is told in the same way. */
export class TurnedAway extends Error {
  override readonly name = 'TurnedAway';
  override readonly cause: DisgoverError;
  readonly exitCode: number;

  constructor(cause: DisgoverError, exitCode: number) {
    super(cause.message, { cause });
    this.cause = cause;
    this.exitCode = exitCode;
  }
}

export type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A signal ended the command. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: EndingSignal;

  constructor(signal: EndingSignal) {
    super(signal);
    this.signal = signal;
  }

  get exitCode(): number {
    return exitCodes.signal + constants.signals[this.signal];
  }
}

export interface Report {
  readonly code: string;
  readonly message: string;
  /** The code of the failure beneath. */
  readonly cause?: string;
}

export interface Failure {
  readonly exitCode: number;
  /** What is printed. Absent where nothing is left to say. */
  readonly report?: Report;
}

export function failureOf(fault: unknown): Failure {
  if (fault instanceof Interrupted) return { exitCode: fault.exitCode };
  if (fault instanceof NegativeAnswer) return failure(exitCodes.negative, fault.code, fault.message);
  if (fault instanceof TurnedAway) return { exitCode: fault.exitCode, report: reportOf(fault.cause) };
  if (fault instanceof CommanderError) return usageFailure(fault);
  if (isOutOfDescriptors(fault)) {
    return failure(exitCodes.system, 'TOO_MANY_OPEN_FILES', `ulimit -n is ${mostOpenFiles()}`);
  }
  if (fault instanceof DisgoverError && fault.fault !== 'INTERNAL') {
    return { exitCode: exitCodeOf(fault.fault), report: reportOf(fault) };
  }
  const detail = `please report: disgover ${version}, Node ${process.version}, ${quote(String(fault))}`;
  return failure(exitCodes.internal, 'INTERNAL', `${detail}; --debug shows the trace`);
}

function reportOf({ code, message, cause }: DisgoverError): Report {
  return { code, message: inFlags(message), ...(cause instanceof DisgoverError && { cause: cause.code }) };
}

function failure(exitCode: number, code: FaultCode, detail: string): Failure {
  return { exitCode, report: { code: `ERR_${code}`, message: `${code}: ${detail}` } };
}

const faultsOfUsage: Readonly<Record<string, FaultCode>> = {
  'commander.unknownCommand': 'UNKNOWN_COMMAND',
  'commander.unknownOption': 'UNKNOWN_FLAG',
  'commander.optionMissingArgument': 'MISSING_VALUE',
  'commander.missingArgument': 'MISSING_ARGUMENT',
};

/** Help and version that were asked for have been printed; so has the help that nobody asked for. */
function usageFailure({ code, exitCode, message }: CommanderError): Failure {
  if (exitCode === 0) return { exitCode };
  if (code === 'commander.help') return { exitCode: exitCodes.usage };
  const fault = faultsOfUsage[code] ?? 'BAD_OPTION';
  // Its message is prose for one reader: `error: unknown command 'fnd'\n(Did you mean find?)`.
  const [, given] = /'(.*)'/s.exec(message) ?? [];
  const [, similar] = /\(Did you mean (?:one of )?(.*)\?\)$/.exec(message) ?? [];
  const what = given === undefined || fault === 'BAD_OPTION' ? message.replace(/^error: /, '') : quote(given);
  return failure(
    exitCodes.usage,
    fault,
    similar === undefined ? what : `${what} (did you mean "${similar.replaceAll(', ', '", "')}")`,
  );
}

function isOutOfDescriptors(fault: unknown): boolean {
  for (let at = fault; at instanceof Error; at = at.cause) {
    if (['EMFILE', 'ENFILE'].includes((at as NodeJS.ErrnoException).code ?? '')) return true;
  }
  return false;
}

function mostOpenFiles(): unknown {
  const report = process.report?.getReport() as
    | { userLimits?: { open_files?: { soft?: unknown } } }
    | undefined;
  return report?.userLimits?.open_files?.soft ?? 'too low';
}
