import type { Guest } from '../../config/guest.ts';
import { assessUnit, beginStart, isDown, showUnits, stateWithJob } from '../../host/systemctl.ts';
import { driver } from '../../machine/driver.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import type { Report } from '../../state/report.ts';
import { readTrial } from '../../state/trial.ts';
import { bootedRoot } from '../boot/root-link.ts';

/** Starts the assessment of a guest on trial that has lost it, for example because somebody has stopped it. */
export async function resumeAssessment({ name, sysroot }: Guest, report: Report): Promise<void> {
  const [fresh] = listDeployments(sysroot);
  if (!fresh || !readTrial(name, fresh.name) || bootedRoot(name) !== fresh.path) return;
  const units = [driver.unit(name), assessUnit(name)];
  const [machine, assessment] = (await showUnits(units, ['ActiveState', 'Job'])).map(stateWithJob);
  if (machine !== 'active' || !isDown(assessment)) return;
  report.step(`${fresh.title} is on trial without an assessment, which is started: ${assessUnit(name)}`);
  await beginStart(assessUnit(name));
}
