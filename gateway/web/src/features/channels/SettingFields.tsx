import { PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import type { Setting } from './api';
import { SETTING_CHOICES, settingHint, settingName } from './settings';

export type Values = Record<string, string>;

interface SettingFieldsProps {
  settings: Setting[];
  values: Values;
  onChange: (values: Values) => void;
  /** The field that the hub did not like, and why. */
  fault?: { field: string; why: string };
  /** Secrets that are there already. */
  known?: Record<string, boolean>;
}

/** The fields of a channel, as its connector describes them. */
export function SettingFields({ settings, values, onChange, fault, known }: SettingFieldsProps) {
  return (
    <Stack gap="md">
      {settings.map((setting) => {
        const choices = SETTING_CHOICES[setting.name];
        const set = (value: string) => onChange({ ...values, [setting.name]: value });
        const isKnown = known?.[setting.name];
        const shared = {
          label: settingName(setting.name),
          description: settingHint(setting),
          error: fault?.field === `settings.${setting.name}` ? fault.why : undefined,
          required: setting.required && !setting.invented && !isKnown,
          inputWrapperOrder: ['label', 'input', 'error', 'description'] as ('label' | 'input' | 'error' | 'description')[],
        };
        if (choices) {
          return (
            <Select
              key={setting.name}
              {...shared}
              clearable
              placeholder="По умолчанию"
              data={choices}
              value={values[setting.name] || null}
              onChange={(value) => set(value ?? '')}
            />
          );
        }
        if (setting.secret) {
          return (
            <PasswordInput
              key={setting.name}
              {...shared}
              autoComplete="off"
              placeholder={isKnown ? 'Задан. Пусто — оставить прежний' : setting.invented ? 'Пусто — придумаем сами' : undefined}
              value={values[setting.name] ?? ''}
              visibilityToggleButtonProps={{ 'aria-label': 'Показать', 'aria-hidden': false, tabIndex: 0 }}
              onChange={(event) => set(event.currentTarget.value)}
            />
          );
        }
        return (
          <TextInput
            key={setting.name}
            {...shared}
            autoComplete="off"
            value={values[setting.name] ?? ''}
            onChange={(event) => set(event.currentTarget.value)}
          />
        );
      })}
    </Stack>
  );
}
