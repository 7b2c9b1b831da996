import { expect } from 'chai';
import { DisgoverError, type ErrorCode, type FaultCode, Refusal } from '../../src/errors.js';

/** Expects the promise to reject with a `DisgoverError` of this code. Returns the error. */
export async function expectCode(promise: PromiseLike<unknown>, code: ErrorCode): Promise<DisgoverError> {
  let value: unknown;
  try {
    value = await promise;
  } catch (fault) {
    expect(fault, String(fault)).to.be.instanceOf(DisgoverError);
    expect((fault as DisgoverError).code, String(fault)).to.equal(code);
    return fault as DisgoverError;
  }
  return expect.fail(`expected ${code}, but it resolved to ${show(value)}`);
}

/** Expects the call to throw a `DisgoverError` of this code. Returns the error. */
export function expectThrowsCode(run: () => unknown, code: ErrorCode): DisgoverError {
  let value: unknown;
  try {
    value = run();
  } catch (fault) {
    expect(fault, String(fault)).to.be.instanceOf(DisgoverError);
    expect((fault as DisgoverError).code, String(fault)).to.equal(code);
    return fault as DisgoverError;
  }
  return expect.fail(`expected ${code}, but it returned ${show(value)}`);
}

/** Expects a refusal of this code, and its detail to contain `detail`. Returns it. */
export function expectRefusal(value: unknown, code: FaultCode, detail = ''): Refusal {
  expect(value, show(value)).to.be.instanceOf(Refusal);
  const refusal = value as Refusal;
  expect(refusal.code, refusal.detail).to.equal(code);
  expect(refusal.detail).to.contain(detail);
  return refusal;
}

function show(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value;
  }
}
