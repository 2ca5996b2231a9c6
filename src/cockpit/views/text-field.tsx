import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Empty if nothing is wrong. */
  readonly mistake: string;
  readonly isRequired: boolean;
  readonly onChange: (value: string) => void;
}

/** A line of text in a form, with what is wrong with it. */
export const TextField = ({ id, label, value, mistake, isRequired, onChange }: TextFieldProps) => (
  <FormGroup label={label} fieldId={id} isRequired={isRequired}>
    <TextInput
      id={id}
      value={value}
      validated={mistake ? 'error' : 'default'}
      onChange={(_, text) => onChange(text)}
    />
    {mistake && (
      <FormHelperText>
        <HelperText>
          <HelperTextItem variant="error">{mistake}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    )}
  </FormGroup>
);
