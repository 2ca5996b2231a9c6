import {
  Dropdown,
  DropdownItem,
  DropdownList,
  Flex,
  MenuToggle,
  type MenuToggleElement,
} from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { type Ref, useState } from 'react';
import { actionsOf } from '../model/actions.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { Buttons, type Choice, useActions } from './action-buttons.tsx';

interface ActionsProps {
  readonly guest: ToldGuest;
  /** How many of them are buttons; the others are in the menu. */
  readonly buttons: number;
}

/** What can be done with a guest: buttons, and a menu. Without privileges nothing of it can. */
export function GuestActions({ guest, buttons }: ActionsProps) {
  const { choose, question, isBusy, isAllowed } = useActions(guest.name, guest);
  const actions = actionsOf(guest);
  if (!isAllowed) return null;
  return (
    <Flex gap={{ default: 'gapSm' }} flexWrap={{ default: buttons > 1 ? 'wrap' : 'nowrap' }}>
      <Buttons actions={actions.slice(0, buttons)} isBusy={isBusy} choose={choose} />
      <ActionMenu guest={guest.name} actions={actions.slice(buttons)} isBusy={isBusy} choose={choose} />
      {question}
    </Flex>
  );
}

/** What is outside of it is not found by those who jump between the parts of a page. */
const mainOfPage = () => document.querySelector('main') ?? document.body;

function ActionMenu({ guest, actions, isBusy, choose }: Choice & { readonly guest: string }) {
  const [isOpen, setOpen] = useState(false);
  const toggle = (ref: Ref<MenuToggleElement>) => (
    <MenuToggle
      ref={ref}
      variant="plain"
      aria-label={t('More actions for {name}', { name: guest })}
      isDisabled={isBusy}
      isExpanded={isOpen}
      onClick={() => setOpen(!isOpen)}
      icon={<EllipsisVIcon />}
    />
  );
  if (actions.length === 0) return null;
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      toggle={toggle}
      popperProps={{ position: 'right', appendTo: mainOfPage }}
    >
      <DropdownList>
        {actions.map((action) => (
          <DropdownItem key={action.id} isDanger={action.isDanger ?? false} onClick={() => choose(action)}>
            {action.label}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
