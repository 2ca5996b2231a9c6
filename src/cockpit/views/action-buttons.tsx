import { Button, ExpandableSection } from '@patternfly/react-core';
import { useState } from 'react';
import { tasks } from '../bridge/tasks.ts';
import type { GuestAction, GuestCommand } from '../model/actions.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { Confirm } from './confirm.tsx';
import { Changes } from './diff-modal.tsx';
import { useGuests, useTasks } from './hooks.ts';
import { TransferModal } from './transfer-modal.tsx';

interface ButtonsProps {
  /** A guest, or the unit of a build or mirror. */
  readonly of: string;
  readonly actions: readonly GuestAction[];
}

/** Buttons that act on a guest, or run a build or mirror. Without privileges there are none. */
export function ActionButtons({ of, actions }: ButtonsProps) {
  const { choose, question, isBusy, isAllowed } = useActions(of);
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

/**
 * Carries actions out, after a question if they have one. `question` is to be drawn. `of` is what they are for: no two run
 * at the same time for one. Dialogues are about a guest.
 */
export function useActions(of: string, guest?: ToldGuest) {
  const [asked, setAsked] = useState<GuestAction>();
  const { isAdmin } = useGuests();
  const isBusy = useTasks().some((task) => task.guest === of && task.state === 'running');
  const run = ({ program, args, doing }: GuestCommand) =>
    tasks.run({ guest: of, title: doing, program, args });
  const choose = (action: GuestAction) =>
    'dialogue' in action || action.question !== undefined ? setAsked(action) : run(action);
  const question = asked && (
    <Question guest={guest} action={asked} run={run} onClose={() => setAsked(undefined)} />
  );
  return { choose, question, isBusy, isAllowed: isAdmin !== false };
}

interface QuestionProps {
  readonly guest: ToldGuest | undefined;
  readonly action: GuestAction;
  readonly run: (action: GuestCommand) => void;
  readonly onClose: () => void;
}

/** What an action asks for before it is carried out. */
const Question = ({ guest, action, run, onClose }: QuestionProps) =>
  'dialogue' in action ? (
    <TransferModal transfer={action.dialogue} guest={guest} onClose={onClose} />
  ) : (
    <Confirm
      title={action.label}
      question={action.question ?? ''}
      label={action.label}
      isDanger={action.isDanger ?? false}
      details={action.changes && guest && <LateChanges guest={guest.name} between={action.changes} />}
      onConfirm={() => run(action)}
      onClose={onClose}
    />
  );

/** The changes take a moment to find: they are looked for when they are asked for. */
function LateChanges({ guest, between }: { readonly guest: string; readonly between: readonly string[] }) {
  const [isShown, setShown] = useState(false);
  return (
    <ExpandableSection
      toggleText={t('Show what it changes')}
      isExpanded={isShown}
      onToggle={(_, shown) => setShown(shown)}
    >
      {isShown && <Changes guest={guest} between={between} />}
    </ExpandableSection>
  );
}
