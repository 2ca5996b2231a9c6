import { Modal, ModalBody, ModalHeader } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { DialogueFooter } from './dialogue-footer.tsx';

interface ConfirmProps {
  readonly title: string;
  readonly question: string;
  readonly label: string;
  readonly isDanger: boolean;
  /** What else is to be seen before. */
  readonly details?: ReactNode;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something is done. */
export const Confirm = ({ title, question, label, isDanger, details, onConfirm, onClose }: ConfirmProps) => (
  <Modal isOpen variant="small" onClose={onClose} aria-labelledby="confirm-title">
    <ModalHeader title={title} labelId="confirm-title" titleIconVariant={isDanger ? 'warning' : undefined} />
    <ModalBody>
      {question}
      {details}
    </ModalBody>
    <DialogueFooter label={label} isDanger={isDanger} onConfirm={onConfirm} onClose={onClose} />
  </Modal>
);
