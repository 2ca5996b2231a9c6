import { lockUnit, startUnit, switchUnit } from '../../host/systemctl.ts';
import { serviceReport } from '../../state/report.ts';
import { lockServiceMain } from '../service.ts';
import { switchTo } from './switch.ts';

void lockServiceMain(
  switchUnit,
  (guest) => switchTo(guest, serviceReport),
  (name) => startUnit(lockUnit(name)),
);
