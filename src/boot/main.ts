import { bootUnit } from '../machine/systemctl.ts';
import { complain, serviceMain } from '../service.ts';
import { log } from '../tell.ts';
import { boot } from './boot.ts';

void serviceMain(bootUnit, (guest) => boot(guest, { say: log, warn: complain }));
