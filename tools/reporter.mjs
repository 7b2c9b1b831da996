// mocha's own report; besides, the counts as JSON where DISGOVER_TEST_COUNTS says, and an end to a run that leaks.
import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

const leakGraceMs = 5000;

export default class Reporter extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const path = process.env.DISGOVER_TEST_COUNTS;
      if (path) writeFileSync(path, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      // Without a forced exit a leaked handle would hang the run; unreferenced, this fires only where one does.
      setTimeout(() => {
        console.error(
          `The run is over, but these keep the process alive: ${process.getActiveResourcesInfo()}`,
        );
        // mocha sets the code of its own count when the process exits; the last listener has the last word.
        process.once('exit', () => {
          process.exitCode = 1;
        });
        process.exit();
      }, leakGraceMs).unref();
    });
  }
}
