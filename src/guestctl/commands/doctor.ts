import { type Define, failed, outputOption, print } from '../command.ts';
import { diagnose } from '../doctor/checks.ts';
import { gatherFacts } from '../doctor/facts.ts';
import { findingJson, findingsText } from '../screens/findings.ts';

export const doctor: Define = (guestctl) =>
  guestctl
    .command('doctor')
    .description(
      'what of this host keeps guests from working, and what to do; exit status 1 where something does',
    )
    .addOption(outputOption())
    .action(async (_options, command) => {
      const findings = diagnose(await gatherFacts());
      if (findings.some(({ state }) => state === 'bad')) process.exitCode = failed;
      await print(command, {
        json: () => findings.map(findingJson),
        text: (screen) => findingsText(findings, screen),
      });
    });
