import { assessUnit } from '../host/systemctl.ts';
import { serviceMain } from '../service.ts';
import { serviceReport } from '../state/report.ts';
import { assess } from './assess.ts';

void serviceMain(assessUnit, (guest) => assess(guest, serviceReport));
