import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { ReactNode } from 'react';

export interface TabWish {
  readonly id: string;
  readonly title: string;
  readonly content: ReactNode;
}

interface TabbedProps {
  readonly label: string;
  readonly tabs: readonly [TabWish, ...TabWish[]];
  /** The one that is shown; the first one if there is none of that name. */
  readonly shown: string | undefined;
  readonly onSelect: (id: string) => void;
}

/** A bar of tabs, and what is in the one that is shown. */
export function Tabbed({ label, tabs, shown, onSelect }: TabbedProps) {
  const current = tabs.find(({ id }) => id === shown) ?? tabs[0];
  return (
    <>
      <Tabs activeKey={current.id} aria-label={label} onSelect={(_, key) => onSelect(String(key))}>
        {tabs.map(({ id, title }) => (
          <Tab
            key={id}
            eventKey={id}
            tabContentId={`tab-${id}`}
            title={<TabTitleText>{title}</TabTitleText>}
          />
        ))}
      </Tabs>
      <section className="tab" id={`tab-${current.id}`} aria-label={current.title}>
        {current.content}
      </section>
    </>
  );
}
