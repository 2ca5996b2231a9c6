import { bootUnit } from '../../host/systemctl.ts';
import { log } from '../../host/tell.ts';
import { complain, serviceMain } from '../service.ts';
import { boot } from './boot.ts';

void serviceMain(bootUnit, (guest) => boot(guest, { say: log, warn: complain }), { startsAnyway: true });
