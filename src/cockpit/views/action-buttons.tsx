import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import { tasks } from '../bridge/tasks.ts';
import type { GuestAction } from '../model/actions.ts';
import { Confirm } from './confirm.tsx';
import { useGuests, useTasks } from './hooks.ts';

interface ButtonsProps {
  readonly guest: string;
  readonly actions: readonly GuestAction[];
}

/** Buttons that act on a guest. Without privileges there are none. */
export function ActionButtons({ guest, actions }: ButtonsProps) {
  const { choose, question, isBusy, isAllowed } = useActions(guest);
  if (!isAllowed) return null;
  return (
    <>
      <Buttons actions={actions} isBusy={isBusy} choose={choose} />
      {question}
    </>
  );
}

/** The actions of a guest, and what carries one out: useActions(). */
export interface Choice {
  readonly actions: readonly GuestAction[];
  readonly isBusy: boolean;
  readonly choose: (action: GuestAction) => void;
}

export const Buttons = ({ actions, isBusy, choose }: Choice) =>
  actions.map((action) => (
    <Button key={action.id} size="sm" variant="secondary" isDisabled={isBusy} onClick={() => choose(action)}>
      {action.label}
    </Button>
  ));

/** Carries actions of a guest out, after a question if they have one. `question` is to be drawn. */
export function useActions(guest: string) {
  const [asked, setAsked] = useState<GuestAction>();
  const { isAdmin } = useGuests();
  const isBusy = useTasks().some((task) => task.guest === guest && task.state === 'running');
  const run = ({ program, args, doing }: GuestAction) => tasks.run({ guest, title: doing, program, args });
  const choose = (action: GuestAction) => (action.question ? setAsked(action) : run(action));
  const question = asked && (
    <Confirm
      title={asked.label}
      question={asked.question ?? ''}
      label={asked.label}
      isDanger={asked.isDanger ?? false}
      onConfirm={() => run(asked)}
      onClose={() => setAsked(undefined)}
    />
  );
  return { choose, question, isBusy, isAllowed: isAdmin !== false };
}
