import { buildUnit } from '../machine/systemctl.ts';
import { requireBuild, runService } from '../service.ts';
import { serviceReport } from '../update/report.ts';
import { runBuild } from './build.ts';

void runService(buildUnit, requireBuild, (build) => runBuild(build, serviceReport));
