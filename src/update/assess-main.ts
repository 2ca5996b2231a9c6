import { assessUnit } from '../host/systemctl.ts';
import { serviceMain } from '../service.ts';
import { assess } from './assess.ts';
import { serviceReport } from './report.ts';

void serviceMain(assessUnit, (guest) => assess(guest, serviceReport));
