import { assessUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { serviceMain } from '../service.ts';
import { assess } from './assess.ts';

void serviceMain(assessUnit, (guest) => assess(guest, serviceReport));
