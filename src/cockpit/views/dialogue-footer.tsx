import { Button, ModalFooter } from '@patternfly/react-core';
import { t } from '../words/translate.ts';

interface FooterProps {
  readonly label: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  /** The form that it confirms: DialogueForm. */
  readonly form?: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** The end of a dialogue: do it, or leave it. Either closes the dialogue. */
export const DialogueFooter = ({ label, isDanger, isDisabled, form, onConfirm, onClose }: FooterProps) => (
  <ModalFooter>
    <Button
      variant={isDanger ? 'danger' : 'primary'}
      isDisabled={isDisabled}
      type={form === undefined ? 'button' : 'submit'}
      form={form}
      onClick={() => {
        if (form !== undefined) return;
        onClose();
        onConfirm();
      }}
    >
      {label}
    </Button>
    <Button variant="link" onClick={onClose}>
      {t('Cancel')}
    </Button>
  </ModalFooter>
);
