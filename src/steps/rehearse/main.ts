import { rehearseUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { serviceMain } from '../service.ts';
import { rehearse } from './rehearse.ts';

void serviceMain(rehearseUnit, (guest) => rehearse(guest, serviceReport));
