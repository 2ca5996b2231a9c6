import { lockUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { lockServiceMain } from '../service.ts';
import { settleLeftOver, settleLock } from './settle-lock.ts';

void lockServiceMain(
  lockUnit,
  (guest) => settleLock(guest, serviceReport),
  (name) => settleLeftOver(name, serviceReport),
);
