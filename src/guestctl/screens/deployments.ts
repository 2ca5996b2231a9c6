import type { Deployment } from '../../ostree/deployments.ts';
import type { Rejection } from '../../state/rejected.ts';
import type { Trial } from '../../state/trial.ts';
import type { Screen } from '../screen.ts';
import { type Column, table } from './table.ts';
import { short, sizeWords, versionOf } from './wording.ts';

export interface DeploymentRow {
  readonly deployment: Deployment;
  readonly isDefault: boolean;
  /** True if the next start boots it, unless an update is staged. */
  readonly isNext: boolean;
  readonly isRunning: boolean;
  readonly isPinned: boolean;
  readonly trial: Trial | undefined;
  readonly rejection: Rejection | undefined;
  /** The bytes on disk that only this deployment uses. */
  readonly unique: number;
}

export const deploymentsText = (rows: readonly DeploymentRow[], screen: Screen): string =>
  rows.length === 0 ? 'No deployments yet' : table(columns, rows, screen);

const columns: readonly Column<DeploymentRow>[] = [
  { title: '', cell: ({ isRunning }) => (isRunning ? '*' : '') },
  { title: 'DEPLOYMENT', cell: ({ deployment }) => `${short(deployment.checksum)}.${deployment.serial}` },
  {
    title: 'VERSION',
    cell: ({ deployment: { title } }) => versionOf(title) ?? title,
    shrinks: true,
  },
  {
    title: 'STATE',
    cell: (row) => stateWords(row).join(', '),
    shrinks: true,
    style: ({ rejection, trial }) => (rejection ? 'bad' : trial ? 'warn' : undefined),
  },
  { title: 'UNIQUE', cell: ({ unique }) => sizeWords(unique) },
  { title: 'TITLE', cell: ({ deployment }) => deployment.title, wide: true },
  { title: 'CHECKSUM', cell: ({ deployment }) => deployment.checksum, wide: true },
];

function stateWords({ isRunning, isNext, isPinned, trial, rejection }: DeploymentRow): string[] {
  return [
    ...(isRunning ? ['running'] : []),
    ...(isNext && !isRunning ? ['next'] : []),
    ...(trial ? [trialWords(trial)] : []),
    ...(isPinned ? ['pinned'] : []),
    ...(rejection ? [`rejected: ${rejection.reason}`] : []),
  ];
}

export const trialWords = ({ tries, left }: Trial): string =>
  `on trial, ${left} of ${tries} ${tries === 1 ? 'start' : 'starts'} left`;

export const deploymentJson = (row: DeploymentRow) => ({
  checksum: row.deployment.checksum,
  serial: row.deployment.serial,
  title: row.deployment.title,
  default: row.isDefault,
  next: row.isNext,
  running: row.isRunning,
  pinned: row.isPinned,
  trial: row.trial
    ? { tries: row.trial.tries, left: row.trial.left, fallback: row.trial.fallback ?? null }
    : null,
  rejected: row.rejection?.reason ?? null,
  unique: row.unique,
});
