import { updateUnit } from '../host/systemctl.ts';
import { serviceMain } from '../service.ts';
import { serviceReport } from '../state/report.ts';
import { update } from './update.ts';

void serviceMain(updateUnit, (guest) => update(guest, serviceReport));
