import { updateUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { serviceMain } from '../service.ts';
import { turnOf } from './turn.ts';
import { update } from './update.ts';

// Given by ask-first.
const [, asked, turn] = process.argv.slice(2);

void serviceMain(updateUnit, (guest) => update(guest, { asked, letNext: turnOf(turn) }, serviceReport));
