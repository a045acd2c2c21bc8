import { TextInput } from '@mantine/core';
import type { Field, Values } from './prepared';

interface FieldInputsProps {
  fields: Field[];
  values: Values;
  onChange: (values: Values) => void;
  /** Empty ones are marked once somebody has tried to go on. */
  marked: boolean;
}

/** The fields of a template or a text written beforehand, with what is known in them. */
export function FieldInputs({ fields, values, onChange, marked }: FieldInputsProps) {
  return fields.map((field, index) => {
    const value = values[field.key] ?? field.value ?? '';
    return (
      <TextInput
        key={field.key}
        data-autofocus={fields.findIndex((other) => !other.value) === index || undefined}
        label={field.label.charAt(0).toUpperCase() + field.label.slice(1)}
        value={value}
        error={marked && !value.trim() ? 'Заполните это поле' : undefined}
        onChange={(event) => onChange({ ...values, [field.key]: event.currentTarget.value })}
      />
    );
  });
}
