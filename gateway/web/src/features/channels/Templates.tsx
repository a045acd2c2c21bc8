import { Badge, Button, Divider, Group, Modal, Select, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ago, date } from '@/shared/format';
import { plural } from '@/shared/plural';
import { sourcesQuery, type Source } from '@/shared/sources';
import { useNow } from '@/shared/useNow';
import { languageName, TEMPLATE_CATEGORIES } from '@/shared/words/template';
import { Failed, FormFailure } from '@/shared/ui/States';
import { templatesQuery, useBindTemplate, useRefreshTemplates, type Template, type TemplateList } from './api';
import classes from './Templates.module.css';

/** «Шаблоны»: what the provider has approved, why the others wait, and what fills their fields. */
export function Templates({ accountId }: { accountId: string }) {
  const list = useQuery(templatesQuery(accountId));
  if (list.data && !list.data.supported && list.data.items.length === 0) return null;
  return (
    <>
      <Divider />
      <section aria-label="Шаблоны">
        {list.isPending ? (
          <Skeleton height={80} role="status" aria-label="Шаблоны загружаются" />
        ) : list.isError ? (
          <Failed error={list.error} again={() => void list.refetch()} />
        ) : (
          <Listed accountId={accountId} list={list.data} />
        )}
      </section>
    </>
  );
}

function Listed({ accountId, list }: { accountId: string; list: TemplateList }) {
  const refresh = useRefreshTemplates(accountId);
  const [bound, setBound] = useState<Template>();
  const ready = list.items.filter((template) => template.refusal === null).length;
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Title order={2}>Шаблоны</Title>
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={refresh.isPending}
          disabled={!list.supported}
          onClick={() => refresh.mutate()}
        >
          Обновить
        </Button>
      </Group>
      <Asked list={list} ready={ready} />
      <FormFailure error={refresh.error} />
      <ul className={classes.list}>
        {list.items.map((template) => (
          <Row key={template.id} template={template} onBind={() => setBound(template)} />
        ))}
      </ul>
      {bound && <Fields accountId={accountId} template={bound} onClose={() => setBound(undefined)} />}
    </>
  );
}

function Asked({ list, ready }: { list: TemplateList; ready: number }) {
  const now = useNow();
  const { sync } = list;
  const when = sync?.done_at ? `Сверено с провайдером ${ago(sync.done_at, now)}.` : 'С провайдером ещё не сверялись.';
  return (
    <Text c="dimmed" mb="xs">
      {list.items.length > 0 && `${plural(list.items.length, 'шаблон', 'шаблона', 'шаблонов')}, можно отправлять ${ready}. `}
      {when}
      {sync?.error && (
        <Text span c="var(--bad)">
          {' '}
          Последняя попытка не удалась: {sync.error}
        </Text>
      )}
    </Text>
  );
}

const STATES: Record<string, { word: string; color: string }> = {
  approved: { word: 'одобрен', color: 'green' },
  pending: { word: 'на проверке', color: 'yellow' },
  in_appeal: { word: 'обжалуется', color: 'yellow' },
  rejected: { word: 'отклонён', color: 'red' },
  paused: { word: 'приостановлен', color: 'red' },
  disabled: { word: 'отключён', color: 'red' },
};

const QUALITIES: Record<string, string> = { green: 'хорошее', yellow: 'среднее', red: 'низкое' };

function Row({ template, onBind }: { template: Template; onBind: () => void }) {
  const state = template.gone_at
    ? { word: `пропал ${date(template.gone_at)}`, color: 'gray' }
    : (STATES[template.status] ?? { word: template.status, color: 'gray' });
  const quality = template.quality && QUALITIES[template.quality];
  return (
    <li className={classes.row}>
      <Group gap={6}>
        <Text fw={600}>{template.name}</Text>
        <Badge variant="light" color={state.color} tt="none" c="var(--words)">
          {state.word}
        </Badge>
        <Text size="xs" c="dimmed">
          {[languageName(template.language), TEMPLATE_CATEGORIES[template.category] ?? template.category, quality && `качество ${quality}`]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </Group>
      {template.reason && template.status !== 'approved' && <Text c="var(--bad)">{template.reason}</Text>}
      <Text className={classes.words}>{template.text}</Text>
      {template.fields.length > 0 && (
        <Group gap={8}>
          <Text size="xs" c="dimmed">
            Поля: {template.fields.map((field) => field.label).join(', ')}
          </Text>
          <Button size="compact-sm" variant="default" onClick={onBind} aria-label={`Назвать поля шаблона ${template.name}`}>
            Назвать поля
          </Button>
        </Group>
      )}
    </li>
  );
}

const BY_HAND = 'by-hand';

interface FieldsProps {
  accountId: string;
  template: Template;
  onClose: () => void;
}

/** What people call the fields, and what fills them: by it a missing value is named. */
function Fields({ accountId, template, onClose }: FieldsProps) {
  const sources = useQuery(sourcesQuery).data ?? [];
  const bind = useBindTemplate(accountId, template.id);
  const [fields, setFields] = useState(() =>
    template.fields.map(({ key, name, part, label, source }) => ({ key, name, part, label, source: (source ?? null) as Source | null })),
  );
  const change = (key: string, to: { label?: string; source?: Source | null }) =>
    setFields(fields.map((field) => (field.key === key ? { ...field, ...to } : field)));
  const labelOf = (source: Source | null) => sources.find((known) => known.source === source)?.label;
  const save = (event: FormEvent) => {
    event.preventDefault();
    const bindings = fields.map((field) => [field.key, { label: field.label.trim() || null, source: field.source }] as const);
    bind.mutate(Object.fromEntries(bindings), {
      onSuccess: () => {
        notifications.show({ color: 'green', message: 'Поля шаблона сохранены' });
        onClose();
      },
    });
  };
  return (
    <Modal opened onClose={onClose} title={`Поля шаблона ${template.name}`} size="lg">
      <form onSubmit={save}>
        <Stack gap="md">
          <Text className={classes.words}>{template.text}</Text>
          {fields.map((field) => {
            const place = field.part === 'button' ? `кнопки ${Number(field.name) + 1}` : `{{${field.name}}}`;
            return (
              <Group key={field.key} gap="sm" align="flex-end" grow>
                <TextInput
                  label={`Название поля ${place}`}
                  value={field.label}
                  onChange={(event) => change(field.key, { label: event.currentTarget.value })}
                />
                <Select
                  label={`Чем заполнять ${place}`}
                  allowDeselect={false}
                  data={[
                    { value: BY_HAND, label: 'вручную' },
                    ...sources.map((source) => ({ value: source.source, label: source.label })),
                  ]}
                  value={field.source ?? BY_HAND}
                  onChange={(value) => {
                    const source = value === BY_HAND ? null : (value as Source);
                    change(field.key, { source, label: labelOf(source) ?? field.label });
                  }}
                />
              </Group>
            );
          })}
          <FormFailure error={bind.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={bind.isPending}>
              Сохранить
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
