import { rehearsalUnit } from '../../host/systemctl.ts';
import { serviceMain } from '../service.ts';
import { runRehearsal } from './rehearsal-machine.ts';

void serviceMain(rehearsalUnit, async (guest) => {
  process.exitCode = await runRehearsal(guest);
});
