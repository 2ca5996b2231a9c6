import { mirrorUnit } from '../../host/systemctl.ts';
import { requireMirror } from '../../state/declared.ts';
import { serviceReport } from '../../state/report.ts';
import { runService } from '../service.ts';
import { runMirror } from './run-mirror.ts';

void runService(mirrorUnit, requireMirror, (mirror) => runMirror(mirror, serviceReport));
