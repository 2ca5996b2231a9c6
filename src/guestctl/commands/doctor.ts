import { isRoot } from '../../host/is-root.ts';
import { type Define, failed, outputOption, print } from '../command.ts';
import { diagnose } from '../doctor/checks.ts';
import { gatherFacts } from '../doctor/facts.ts';
import { tellHidden } from '../needs-root.ts';
import { findingJson, findingsText } from '../screens/findings.ts';

export const doctor: Define = (guestctl) =>
  guestctl
    .command('doctor')
    .description(
      'Check whether this host can run guests, and say how to fix what is wrong. Exits with 1 if it cannot',
    )
    .addOption(outputOption())
    .action(async (_options, command) => {
      const findings = diagnose(await gatherFacts());
      if (findings.some(({ state }) => state === 'bad')) process.exitCode = failed;
      if (!isRoot()) tellHidden('the files of guests, and what runs in them');
      await print(command, {
        json: () => findings.map(findingJson),
        text: (screen) => findingsText(findings, screen),
      });
    });
