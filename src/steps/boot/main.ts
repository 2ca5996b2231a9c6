import { bootUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { serviceMain } from '../service.ts';
import { boot } from './boot.ts';

void serviceMain(bootUnit, (guest) => boot(guest, serviceReport), { startsAnyway: true });
