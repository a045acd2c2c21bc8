import { ActionIcon, Alert } from '@mantine/core';
import { useCallbackRef } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconLock, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react';
import { clock } from '@/shared/format';
import { useMe, useRight } from '@/shared/me';
import { useUpload, type Uploaded } from '@/shared/upload';
import { UploadedFiles } from '@/shared/ui/UploadedFiles';
import { useNow } from '@/shared/useNow';
import { uuid } from '@/shared/uuid';
import { GrowingField } from '@/shared/ui/GrowingField';
import { Failed } from '@/shared/ui/States';
import { useRecorder, type Sound } from '@/shared/voice/useRecorder';
import { VoiceBar, VoiceRefusal } from '@/shared/voice/VoiceBar';
import { VoiceButton } from '@/shared/voice/VoiceButton';
import { placesQuery, waysQuery, writingQuery, type Aside, type Conversation, type Entry, type NewMessage } from './api';
import classes from './Composer.module.css';
import { firstPlaces } from './first';
import { LONGEST, signsOf } from './length';
import { Locked } from './Locked';
import { NightQuestion } from './NightQuestion';
import { abilitiesOf, NO_ABILITIES, permissionOf, windowWords } from './permission';
import { OtherDraft } from './OtherDraft';
import { PhraseDialog } from './PhraseDialog';
import { PhraseList } from './PhraseList';
import { PlacePicker } from './PlacePicker';
import { RedChannel } from './RedChannel';
import { RefusedStrip } from './RefusedStrip';
import { ReplyTools } from './ReplyTools';
import { SendButtons, type Press } from './SendButtons';
import { Left, OnlyHere, Parts, Surplus } from './Signs';
import { TemplateDialog } from './TemplateDialog';
import { carryDraft, useDraft } from './useDraft';
import { usePhrases } from './usePhrases';
import { useReply } from './useReply';

interface ComposerProps {
  contact: string;
  /** His name, for whoever was never written to. */
  contactName?: string;
  /** The conversation that is open; otherwise the liveliest. */
  conversation?: string;
  /** The client's, for the time of a planned message. */
  zone?: string | null;
  quote?: Entry;
  onQuoteGone: () => void;
  /** A row for the timeline: at once as it is meant, then as the hub has stored it. */
  onRow: (entry: Entry) => void;
  /** Takes a row away that the hub has not stored. */
  onRowGone: (id: string) => void;
  /** A message was taken that closes its conversation or puts it off. */
  onAside: (aside: Aside) => void;
}

/** «Ответ»: where to, what, and whether it may go. */
export function Composer(props: ComposerProps) {
  const mayWrite = useRight('clients.write') !== undefined;
  const places = useQuery(placesQuery(props.contact));
  const [chosen, setChosen] = useState<string>();
  const [looked, setLooked] = useState(false);
  const isNew = places.data?.length === 0;
  const ways = useQuery({ ...waysQuery(props.contact), enabled: mayWrite && (isNew || looked) });
  if (!mayWrite) return null;
  if (places.isPending || (isNew && ways.isPending)) return <div className={classes.composer} aria-busy="true" />;
  if (places.isError) return <Failed error={places.error} again={() => void places.refetch()} />;
  if (isNew && ways.isError) return <Failed error={ways.error} again={() => void ways.refetch()} />;
  const begun = places.data;
  const contact = begun[0]?.contact ?? { id: props.contact, name: props.contactName ?? '' };
  const all = [...begun, ...firstPlaces(ways.data?.ways ?? [], begun, contact)];
  const wanted = chosen ?? props.conversation;
  const place = all.find((known) => known.id === wanted) ?? all[0];
  if (!place) {
    return (
      <div className={classes.composer}>
        <Alert color="gray" icon={<IconLock size={18} />}>
          Этот человек ещё никуда не писал, а написать ему первым некуда: нет номера, до которого дойдёт один из подключённых каналов.
        </Alert>
      </div>
    );
  }
  const isFirst = !begun.includes(place);
  return <Field key={place.id} {...props} place={place} isFirst={isFirst} places={all} onPlace={setChosen} onLook={() => setLooked(true)} />;
}

/** What of a message was typed. */
function typedOf({ content }: NewMessage): string {
  if (content.type === 'text') return content.text;
  return content.type === 'files' ? (content.caption ?? '') : '';
}

interface FieldProps extends ComposerProps {
  place: Conversation;
  /** The message will begin it. */
  isFirst: boolean;
  places: Conversation[];
  onPlace: (id: string) => void;
  /** All ways are wanted. */
  onLook: () => void;
}

function Field({ place, isFirst, places, onPlace, onLook, zone, quote, onQuoteGone, onRow, onRowGone, onAside }: FieldProps) {
  const me = useMe();
  const now = useNow();
  const writing = useQuery(writingQuery(place.id, place.contact.id));
  const draft = useDraft('reply', place.id, !isFirst);
  const { text, setText } = draft;
  const [files, setFiles] = useState<Uploaded[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  const upload = useUpload();
  const uploadVoice = useUpload('voice');
  const recorder = useRecorder(place.id);
  const [caret, setCaret] = useState(text.length);
  const [choosing, setChoosing] = useState(false);
  const listId = useId();
  const reply = useReply(place, {
    onRow,
    onRowGone,
    onAside,
    giveBack: (message) => message.content.type === 'text' && draft.restore(message.content.text),
    takeBack: (message) => {
      setFiles((others) => [...(message.brought ?? []), ...others]);
      setText([typedOf(message), text].filter((words) => words !== '').join('\n'));
    },
  });
  const permission = writing.data ? permissionOf(writing.data) : undefined;
  const abilities = writing.data ? abilitiesOf(writing.data) : NO_ABILITIES;
  // Until the hub has said, a press is not lost: it is refused there if it has to be.
  const isOpen = permission === undefined || permission.kind === 'open';
  const isPaidByParts = place.account?.channel === 'sms';
  const length = signsOf(text);
  const left = abilities.limit !== undefined ? abilities.limit - length : undefined;
  // A long text goes as several messages; a caption and an SMS are one.
  const most = files.length > 0 || isPaidByParts ? Math.min(abilities.limit ?? LONGEST, LONGEST) : LONGEST;
  const surplus = length - most;
  const maySend = isOpen && surplus <= 0 && !upload.isPending && (text.trim() !== '' || files.length > 0);
  const put = (next: string, at: number) => {
    setText(next);
    setCaret(at);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at, at);
    });
  };
  const phrases = usePhrases({ place, text, caret, withSms: isPaidByParts, onText: put });
  const askForPhrase = useCallbackRef(() => {
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    put(`${before}/`, before.length + 1);
  });
  const quoted = abilities.quote ? quote : undefined;

  const press = useCallbackRef(({ plannedFor, until }: Press = {}) => {
    if (!maySend) return;
    const words = text.trim();
    const content: NewMessage['content'] =
      files.length > 0
        ? { type: 'files', files: files.map((file) => file.id), caption: words || null }
        : { type: 'text', text: words };
    const brought = files.length > 0 ? files : undefined;
    const shown = brought?.map((file) => file.file_name ?? 'Файл').join(', ');
    const aside = until === undefined ? undefined : { conversation: place, until };
    const meant = { id: uuid(), conversation: place.id, draft: draft.version, plannedFor, quote: quoted?.id, content, brought, shown, aside };
    reply.press(meant, quoted);
    draft.sent();
    setFiles([]);
    onQuoteGone();
    field.current?.focus();
  });
  const sendVoice = (sound: Sound) =>
    uploadVoice.mutate(sound.file, {
      onSuccess: (kept) => {
        const content: NewMessage['content'] = { type: 'files', files: [kept.id], caption: null };
        const shown = `Голосовое ${clock(sound.seconds)}`;
        reply.press({ id: uuid(), conversation: place.id, quote: quoted?.id, content, brought: [kept], shown }, quoted);
        recorder.drop();
        onQuoteGone();
      },
    });
  const words = useCallbackRef(() => text);
  const change = useCallbackRef((id: string) => {
    carryDraft(me.id, place.id, id);
    onPlace(id);
  });
  const chooseTemplate = useCallbackRef(() => setChoosing(true));
  const bring = useCallbackRef(async (brought: Iterable<File>) => {
    for (const file of brought) {
      await upload.mutateAsync(file).then(
        (kept) => setFiles((before) => [...before, kept]),
        (error: Error) => notifications.show({ color: 'red', title: `«${file.name}» не загружен`, message: error.message }),
      );
    }
  });
  const pressed = (event: KeyboardEvent) => {
    if (phrases.pressed(event)) return;
    const isEnter = event.key === 'Enter' && !event.nativeEvent.isComposing;
    const withCtrl = event.ctrlKey || event.metaKey;
    if (isEnter && (!event.shiftKey || withCtrl)) {
      event.preventDefault();
      press(event.shiftKey ? { until: null } : undefined);
    } else if (event.key === 'Escape') {
      if (quote) onQuoteGone();
      else field.current?.blur();
      event.preventDefault();
    }
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    if (isOpen && abilities.files) void bring(event.dataTransfer.files);
  };
  const pasted = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0 || !abilities.files) return;
    event.preventDefault();
    void bring(event.clipboardData.files);
  };
  const { phase } = recorder;

  return (
    <section className={classes.composer} aria-label="Ответ клиенту" onDragOver={(event) => event.preventDefault()} onDrop={dropped}>
      {quoted && (
        <div className={classes.quote}>
          <span className="cut">
            Ответ на: {quoted.text ?? 'сообщение без текста'}
          </span>
          <ActionIcon size={24} variant="subtle" color="gray" onClick={onQuoteGone} aria-label="Не цитировать">
            <IconX size={14} />
          </ActionIcon>
        </div>
      )}
      <UploadedFiles files={files} onRemove={(file) => setFiles(files.filter((other) => other !== file))} />
      <OtherDraft draft={draft} />
      <Locked permission={permission} isFirst={isFirst} onTemplate={chooseTemplate} />
      {reply.night && (
        <NightQuestion
          held={reply.night.held}
          zone={zone}
          onDecide={reply.night.decide}
          onBack={reply.night.takeBack}
        />
      )}
      {reply.refused && <RefusedStrip refused={reply.refused.one} onBack={reply.refused.takeBack} onDrop={reply.refused.drop} />}
      <RedChannel place={place} places={places} onPlace={onPlace} />
      {writing.isError && (
        <div className={classes.locked} role="alert">
          <IconAlertTriangle size={16} aria-hidden="true" /> {writing.error.message}
        </div>
      )}
      <VoiceRefusal phase={phase} />
      {phrases.isOpen && isOpen && (
        <PhraseList
          id={listId}
          phrases={phrases.phrases}
          active={phrases.active}
          shown={phrases.shown}
          onActive={phrases.setActive}
          onChoose={phrases.choose}
        />
      )}
      {phrases.filling && (
        <PhraseDialog place={place} phrase={phrases.filling} onInsert={phrases.insertFilled} onClose={phrases.stopFilling} />
      )}
      {choosing && (
        <TemplateDialog
          place={place}
          onSend={(content, shown) => reply.press({ id: uuid(), conversation: place.id, content, shown })}
          onClose={() => setChoosing(false)}
        />
      )}
      {phase.at !== 'off' ? (
        <VoiceBar recorder={recorder} isSending={uploadVoice.isPending} error={uploadVoice.error?.message} onSend={sendVoice} />
      ) : (
        <div className={classes.line}>
          <GrowingField
            ref={field}
            className={classes.field}
            aria-label="Текст ответа"
            placeholder={isOpen ? `${isFirst ? 'Написать первым' : 'Ответить'}: ${place.contact.name}` : 'Сейчас написать нельзя'}
            disabled={permission !== undefined && !isOpen}
            value={text}
            error={surplus > 0}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setCaret(event.currentTarget.selectionStart);
            }}
            onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
            aria-autocomplete="list"
            aria-controls={phrases.isOpen && phrases.phrases.length > 0 ? listId : undefined}
            aria-activedescendant={phrases.isOpen && phrases.phrases.length > 0 ? `${listId}-${phrases.active}` : undefined}
            onKeyDown={pressed}
            onPaste={pasted}
          />
          <PlacePicker place={place} places={places} words={words} onPlace={change} onLook={onLook} note={permission && windowWords(permission, now)} />
          <ReplyTools
            isOpen={isOpen}
            isPaidByParts={isPaidByParts}
            files={abilities.files}
            hasTemplates={(writing.data?.templates.length ?? 0) > 0}
            isUploading={upload.isPending}
            onTemplate={chooseTemplate}
            onPhrase={askForPhrase}
            onFiles={bring}
          />
          {abilities.voice && <VoiceButton start={recorder.start} stop={recorder.stop} disabled={!isOpen} />}
          <SendButtons maySend={maySend} zone={zone} openUntil={permission?.kind === 'open' ? permission.until : undefined} onPress={press} />
        </div>
      )}
      <div className={classes.foot} role="status">
        <OnlyHere draft={draft} />
        {surplus > 0 ? (
          <Surplus surplus={surplus} most={most} what={files.length > 0 ? 'Подпись к файлу' : undefined} field={field} />
        ) : isPaidByParts ? (
          isOpen && text.trim() !== '' && <Parts place={place} text={text.trim()} />
        ) : (
          <Left left={left} asFile={files.length > 0} />
        )}
      </div>
    </section>
  );
}
