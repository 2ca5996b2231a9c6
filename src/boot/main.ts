import { bootUnit } from '../machine/systemctl.ts';
import { complain, serviceMain } from '../service.ts';
import { boot } from './boot.ts';

void serviceMain(bootUnit, (guest) => boot(guest, { say: console.log, warn: complain }));
