import { lockUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { serviceMain } from '../service.ts';
import { settleLock } from './settle-lock.ts';

void serviceMain(lockUnit, (guest) => settleLock(guest, serviceReport));
