import type { Guest } from '../../config/guest.ts';
import { listDeployments } from '../../ostree/deployments.ts';
import type { Checksum } from '../../ostree/names.ts';
import { hasCommit, repositoryOf } from '../../ostree/repository.ts';
import { readRejection } from '../../state/rejected.ts';
import { readRollback } from '../../state/rollback-request.ts';
import { readStaged } from '../../state/staged.ts';
import type { UpdateState } from './rule.ts';

/** Reads the state for the rule of the update; `offered` is the commit that the source offers, if known. */
export const readUpdateState = ({ name, sysroot }: Guest, offered: Checksum | undefined): UpdateState => ({
  deployments: listDeployments(sysroot),
  staged: readStaged(name),
  rollback: readRollback(name),
  offered,
  isWhole: offered !== undefined && hasCommit(repositoryOf(sysroot), offered),
  rejection: offered === undefined ? undefined : readRejection(name, offered),
});
