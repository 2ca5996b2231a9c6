import { updateUnit } from '../host/systemctl.ts';
import { serviceMain } from '../service.ts';
import { serviceReport } from './report.ts';
import { update } from './update.ts';

void serviceMain(updateUnit, (guest) => update(guest, serviceReport));
