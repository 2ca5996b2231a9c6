import { switchUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { serviceMain } from '../service.ts';
import { switchTo } from './switch.ts';

void serviceMain(switchUnit, (guest) => switchTo(guest, serviceReport));
