import { Form } from '@patternfly/react-core';
import type { ReactNode } from 'react';

interface FormProps {
  /** Names it for the button that confirms it: DialogueFooter. */
  readonly id: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What a dialogue asks for. Enter does what its button does; of itself it would load the page anew. */
export const DialogueForm = ({ id, onConfirm, onClose, children }: FormProps) => (
  <Form
    id={id}
    onSubmit={(event) => {
      event.preventDefault();
      onClose();
      onConfirm();
    }}
  >
    {children}
  </Form>
);
