import { updateUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { serviceMain } from '../service.ts';
import { update } from './update.ts';

void serviceMain(updateUnit, (guest) => update(guest, serviceReport));
