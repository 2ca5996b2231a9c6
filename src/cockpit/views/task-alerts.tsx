import { Alert, AlertActionCloseButton, AlertGroup, Spinner } from '@patternfly/react-core';
import { type Task, tasks } from '../bridge/tasks.ts';
import { t } from '../words/translate.ts';
import { useTasks } from './hooks.ts';

/** The actions that were started, with what guestctl says of them. */
export const TaskAlerts = () => (
  <AlertGroup isLiveRegion aria-label={t('Actions')}>
    {useTasks().map((task) => (
      <TaskAlert key={task.id} task={task} />
    ))}
  </AlertGroup>
);

const variants = { running: 'info', done: 'success', failed: 'danger' } as const;

function TaskAlert({ task }: { readonly task: Task }) {
  const { id, state, title, said } = task;
  const close = <AlertActionCloseButton onClose={() => tasks.dismiss(id)} />;
  const isRunning = state === 'running';
  return (
    <Alert
      isInline
      variant={variants[state]}
      title={state === 'failed' ? t('{action}: failed', { action: title }) : title}
      customIcon={isRunning ? <Spinner size="md" aria-label={title} /> : undefined}
      actionClose={isRunning ? undefined : close}
      data-state={state}
    >
      {said && (
        <pre className="said">{state === 'failed' ? said : said.split('\n').slice(-12).join('\n')}</pre>
      )}
    </Alert>
  );
}
