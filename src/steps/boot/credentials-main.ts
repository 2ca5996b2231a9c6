import { explainAny } from '../../host/failure.ts';
import { requireGuest } from '../../state/declared.ts';
import { complain } from '../../state/report.ts';
import { writeCredentials } from './write-credentials.ts';

// Started by the unit of the guest, before nspawn. Argument: NAME.
try {
  writeCredentials(requireGuest(process.argv[2] ?? ''));
} catch (error) {
  complain(explainAny(error));
  process.exitCode = 1;
}
