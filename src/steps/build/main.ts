import { buildUnit } from '../../host/systemctl.ts';
import { requireBuild } from '../../state/declared.ts';
import { serviceReport } from '../../state/report.ts';
import { runService } from '../service.ts';
import { runBuild } from './run-build.ts';

void runService(buildUnit, requireBuild, (build) => runBuild(build, serviceReport));
