import { Button, Drawer, Group, Menu, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconBraces, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { ApiError } from '@/api/problem';
import { sourcesQuery } from '@/shared/sources';
import { languageName } from '@/shared/words/template';
import { ClientPicker } from '@/shared/ui/ClientPicker';
import { FormFailure } from '@/shared/ui/States';
import { draftQuery, useCreate, useDelete, useEdit, type Phrase } from './api';
import { measureWords } from './measure';
import classes from './Phrases.module.css';
import type { Kind } from './search';

const LANGUAGES = ['ru', 'ky', 'kk', 'en'];

interface PhraseFormProps {
  phrase?: Phrase;
  kind: Kind;
  mayManage: boolean;
  onClose: () => void;
}

/** One text: its words, its fields, and what a client would read. */
export function PhraseForm({ phrase, kind, mayManage, onClose }: PhraseFormProps) {
  const [own, setOwn] = useState(phrase?.own ?? !mayManage);
  const [name, setName] = useState(phrase?.name ?? '');
  const [code, setCode] = useState(phrase?.code ?? '');
  const [text, setText] = useState(phrase?.text ?? '');
  const [language, setLanguage] = useState(phrase?.language ?? 'ru');
  const create = useCreate();
  const edit = useEdit(phrase?.id ?? '');
  const remove = useDelete();
  const save = phrase ? edit : create;
  const readOnly = phrase !== undefined && !phrase.own && !mayManage;
  const field = save.error instanceof ApiError ? save.error.field : undefined;
  const fault = (of: string) => (field === of ? save.error?.message : undefined);
  const done = (message: string) => {
    notifications.show({ color: 'green', message });
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = { name, code, text, language };
    if (phrase) edit.mutate(words, { onSuccess: () => done('Заготовка сохранена') });
    else create.mutate({ ...words, kind, own }, { onSuccess: () => done('Заготовка записана') });
  };
  const title = phrase ? (readOnly ? 'Заготовка' : 'Изменить заготовку') : kind === 'sms' ? 'Новый шаблон SMS' : 'Новый быстрый ответ';
  return (
    <Drawer opened onClose={onClose} position="right" size={520} title={title}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {!phrase && mayManage && (
            <Radio.Group label="Чья заготовка" value={own ? 'own' : 'common'} onChange={(value) => setOwn(value === 'own')}>
              <Group mt={4}>
                <Radio value="common" label="Общая" />
                <Radio value="own" label="Только моя" />
              </Group>
            </Radio.Group>
          )}
          <TextInput
            data-autofocus
            label="Название"
            required
            withAsterisk={false}
            readOnly={readOnly}
            value={name}
            error={fault('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group grow align="flex-start">
            <TextInput
              label="Короткий код"
              description="В диалоге: «/» и код"
              readOnly={readOnly}
              value={code}
              error={fault('code')}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            <Select
              label="Язык"
              description="На нём читает клиент"
              allowDeselect={false}
              disabled={readOnly}
              data={LANGUAGES.map((value) => ({ value, label: languageName(value) }))}
              value={language}
              onChange={(value) => setLanguage(value ?? 'ru')}
            />
          </Group>
          <Words text={text} readOnly={readOnly} fault={fault('text')} onText={setText} />
          <Shown text={text} />
          {field === undefined && <FormFailure error={save.error ?? remove.error} />}
          {!readOnly && (
            <Group justify="space-between">
              {phrase ? (
                <Button
                  variant="subtle"
                  color="red"
                  leftSection={<IconTrash size={16} />}
                  loading={remove.isPending}
                  onClick={() => remove.mutate(phrase.id, { onSuccess: () => done('Заготовка удалена') })}
                >
                  Удалить
                </Button>
              ) : (
                <span />
              )}
              <Button type="submit" loading={save.isPending}>
                Сохранить
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Drawer>
  );
}

interface TextProps {
  text: string;
  readOnly: boolean;
  fault?: string;
  onText: (text: string) => void;
}

/** The words, with a menu of fields that are put in at the caret. */
function Words({ text, readOnly, fault, onText }: TextProps) {
  const sources = useQuery(sourcesQuery).data ?? [];
  const area = useRef<HTMLTextAreaElement>(null);
  const put = (name: string) => {
    const at = area.current?.selectionStart ?? text.length;
    onText(`${text.slice(0, at)}{${name}}${text.slice(area.current?.selectionEnd ?? at)}`);
  };
  return (
    <div>
      <Textarea
        ref={area}
        label="Текст"
        description="Поля стоят в скобках: {клиент.имя} подставится само, своё, например {срок}, спросится при отправке"
        required
        withAsterisk={false}
        readOnly={readOnly}
        autosize
        minRows={4}
        maxRows={14}
        value={text}
        error={fault}
        onChange={(event) => onText(event.currentTarget.value)}
      />
      {!readOnly && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button mt={6} size="compact-md" variant="default" leftSection={<IconBraces size={16} />}>
              Вставить поле
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {sources.map((source) => (
              <Menu.Item key={source.source} onClick={() => put(source.source)}>
                {source.label}
              </Menu.Item>
            ))}
            <Menu.Item onClick={() => put('срок')}>срок (спросится)</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

/** As a client would read it: of one that is chosen, else with the fields in their places. */
function Shown({ text }: { text: string }) {
  const [client, setClient] = useState<{ id: string; name: string }>();
  const [asked] = useDebouncedValue(text, 300);
  const preview = useQuery({
    ...draftQuery({ text: asked, client_id: client?.id ?? null, values: {} }),
    enabled: asked.trim() !== '',
  });
  const missing = client ? (preview.data?.missing ?? []) : [];
  const counted = measureWords(preview.data);
  return (
    <section aria-label="Предпросмотр">
      <ClientPicker label="Предпросмотр для клиента" onPick={setClient} />
      {client && (
        <Text size="xs" c="dimmed" mt={4}>
          Для клиента: {client.name}
        </Text>
      )}
      {text.trim() !== '' && preview.data && <div className={classes.preview}>{preview.data.text}</div>}
      <div role="status">
        {missing.length > 0 && (
          <Text size="xs" c="var(--late)">
            Спросится при отправке: {missing.map((gap) => gap.label).join(', ')}
          </Text>
        )}
        {text.trim() !== '' && counted && (
          <Text size="xs" c="dimmed" className="numbers">
            {counted}
          </Text>
        )}
      </div>
    </section>
  );
}
