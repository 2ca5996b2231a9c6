import { publishUnit } from '../../host/systemctl.ts';
import { requireBuild } from '../../state/declared.ts';
import { serviceReport } from '../../state/report.ts';
import { runService } from '../service.ts';
import { publish } from './publish.ts';

void runService(publishUnit, requireBuild, (build) => publish(build, serviceReport));
