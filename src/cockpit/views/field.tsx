import {
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from '@patternfly/react-core';

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  /** What is wrong with the value; empty if nothing is. */
  readonly mistake: string;
  /** An example, or what an empty value means. */
  readonly hint?: string;
  readonly isRequired?: boolean;
  readonly isLong?: boolean;
}

/** A text to type, with what is wrong with it below. */
export function Field({ id, label, value, change, mistake, hint, isRequired, isLong }: FieldProps) {
  const Input = isLong ? TextArea : TextInput;
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired}>
      <Input
        id={id}
        value={value}
        validated={mistake ? 'error' : 'default'}
        aria-describedby={`${id}-help`}
        onChange={(_, text) => change(text)}
      />
      <FieldHelp id={id} mistake={mistake} hint={hint} />
    </FormGroup>
  );
}

export const FieldHelp = ({ id, mistake, hint }: Pick<FieldProps, 'id' | 'mistake' | 'hint'>) => (
  <FormHelperText>
    <HelperText id={`${id}-help`} isLiveRegion>
      {mistake ? (
        <HelperTextItem variant="error">{mistake}</HelperTextItem>
      ) : (
        hint && <HelperTextItem>{hint}</HelperTextItem>
      )}
    </HelperText>
  </FormHelperText>
);
