import { Button, Group, Modal } from '@mantine/core';
import {
  IconAddressBook,
  IconAlertTriangle,
  IconFile,
  IconFileTypePdf,
  IconFileTypeXls,
  IconMapPin,
  IconMicrophone,
  IconMusic,
  IconPhoto,
  IconShoppingCart,
  IconSticker,
  IconVideo,
} from '@tabler/icons-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { api, unwrap, type Schema } from '@/api/client';
import { size } from '@/shared/format';
import { PhoneLink } from '@/shared/ui/PhoneLink';
import { plural } from '@/shared/plural';
import { mediaWord } from '@/shared/words/preview';
import classes from './Row.module.css';
import { mediaState, voiceLength } from './texts';

/** Everything in a message that is more than words. */
export function Content({ content }: { content: Schema<'ContentView'> }) {
  switch (content.type) {
    case 'text':
      return <FoldedText text={content.text} />;
    case 'media':
      return <FileCard media={content.media} />;
    case 'location':
      return (
        <div className={classes.file}>
          <IconMapPin size={22} aria-hidden="true" />
          <span className={classes.fileWords}>
            <span>{content.name ?? 'Место на карте'}</span>
            <span className={classes.small}>{content.address ?? `${content.latitude}, ${content.longitude}`}</span>
          </span>
        </div>
      );
    case 'contacts':
      return (
        <>
          {content.cards.map((card, index) => (
            <div key={index} className={classes.file}>
              <IconAddressBook size={22} aria-hidden="true" />
              <span className={classes.fileWords}>
                <span>{card.name ?? 'Контакт'}</span>
                {card.organization && <span className={classes.small}>{card.organization}</span>}
                {card.phones.map((number) => (
                  <PhoneLink key={number} value={number} />
                ))}
                {card.emails.map((email) => (
                  <span key={email}>{email}</span>
                ))}
              </span>
            </div>
          ))}
        </>
      );
    case 'choice':
      return (
        <div className={classes.file}>
          <span className={classes.fileWords}>
            <span>Выбрано: {content.title}</span>
            {content.description && <span className={classes.small}>{content.description}</span>}
          </span>
        </div>
      );
    case 'form':
      return (
        <div className={classes.file}>
          <span className={classes.fileWords}>
            <span>Анкета «{content.name}»</span>
            {Object.entries(content.fields as Record<string, unknown>).map(([name, value]) => (
              <span key={name} className={classes.small}>
                {name}: {typeof value === 'string' ? value : JSON.stringify(value)}
              </span>
            ))}
          </span>
        </div>
      );
    case 'order':
      return (
        <div className={classes.file}>
          <IconShoppingCart size={22} aria-hidden="true" />
          <span className={classes.fileWords}>
            <span>Заказ, {plural(content.items.length, 'позиция', 'позиции', 'позиций')}</span>
            {content.items.map((item) => (
              <span key={item.sku} className={`${classes.small} numbers`}>
                {item.sku}: {item.quantity} × {item.price} {item.currency}
              </span>
            ))}
          </span>
        </div>
      );
    case 'unsupported':
      return (
        <div className={classes.file}>
          <IconAlertTriangle size={22} aria-hidden="true" />
          <span className={classes.fileWords}>
            <span>Провайдер не передал это сообщение</span>
            <span className={classes.small}>Вид: {content.kind}. Посмотрите его на телефоне.</span>
          </span>
        </div>
      );
  }
}

const SIGNS = {
  image: IconPhoto,
  video: IconVideo,
  audio: IconMusic,
  voice: IconMicrophone,
  document: IconFile,
  sticker: IconSticker,
  recording: IconMicrophone,
};

/** A file: a picture, a player, or a card with what became of our copy. */
export function FileCard({ media }: { media: Schema<'MediaView'> }) {
  const url = media.id && media.state === 'stored' ? `/api/media/${media.id}` : undefined;
  if (url && (media.kind === 'image' || media.kind === 'sticker')) return <Picture media={media} url={url} />;
  if (url && media.kind === 'video') {
    return <video className={classes.picture} src={url} controls preload="metadata" aria-label={media.file_name ?? 'Видео'} />;
  }
  if (url && (media.kind === 'voice' || media.kind === 'audio' || media.kind === 'recording')) {
    return <Player media={media} url={url} />;
  }
  return <PlainFile media={media} url={url} />;
}

function Picture({ media, url }: { media: Schema<'MediaView'>; url: string }) {
  const [open, setOpen] = useState(false);
  const name = media.file_name ?? mediaWord(media.kind);
  return (
    <>
      <button type="button" className="plain" onClick={() => setOpen(true)} aria-label={`Открыть: ${name}`}>
        <img className={classes.picture} src={`${url}/thumbnail`} alt={name} loading="lazy" />
      </button>
      <Modal opened={open} onClose={() => setOpen(false)} title={name} size="auto">
        <img src={url} alt={name} style={{ maxWidth: '100%', maxHeight: '76vh', display: 'block' }} />
      </Modal>
    </>
  );
}

const SPEEDS = [1, 1.5, 2];

/** Sound with speed and jumps of 15 seconds; nothing is loaded before it is asked for. */
function Player({ media, url }: { media: Schema<'MediaView'>; url: string }) {
  const sound = useRef<HTMLAudioElement>(null);
  const [speed, setSpeed] = useState(1);
  const jump = (by: number) => {
    if (sound.current) sound.current.currentTime = Math.max(0, sound.current.currentTime + by);
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]!;
    setSpeed(next);
    if (sound.current) sound.current.playbackRate = next;
  };
  const length = voiceLength(media);
  return (
    <div className={classes.player}>
      <span className={classes.small}>
        {mediaWord(media.kind)}
        {length && ` ${length}`}
      </span>
      <audio ref={sound} src={url} controls preload="none" aria-label={mediaWord(media.kind)} />
      <Group gap={4}>
        <Button size="compact-xs" variant="default" onClick={() => jump(-15)} title="Назад на 15 секунд">
          −15 с
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => jump(15)} title="Вперёд на 15 секунд">
          +15 с
        </Button>
        <Button size="compact-xs" variant="default" onClick={faster} title="Скорость">
          {String(speed).replace('.', ',')}×
        </Button>
      </Group>
    </div>
  );
}

/** A file by its words; one that is lost says so and can be asked for again. */
function PlainFile({ media, url }: { media: Schema<'MediaView'>; url?: string }) {
  const Sign = media.mime_type?.includes('pdf')
    ? IconFileTypePdf
    : media.mime_type?.includes('sheet') || media.mime_type?.includes('excel')
      ? IconFileTypeXls
      : SIGNS[media.kind];
  const facts = [voiceLength(media), media.size_bytes != null && size(media.size_bytes), mediaState(media)];
  const name = media.file_name ?? mediaWord(media.kind);
  return (
    <div className={classes.file} data-state={media.state ?? undefined}>
      <Sign size={24} stroke={1.6} aria-hidden="true" />
      <span className={classes.fileWords}>
        {url ? (
          <a href={url} target="_blank" rel="noreferrer" className="link cut">
            {name}
          </a>
        ) : (
          <span className="cut">{name}</span>
        )}
        <span className={classes.small}>{facts.filter(Boolean).join(' · ')}</span>
        {media.id && media.state === 'lost' && <Again id={media.id} />}
      </span>
    </div>
  );
}

function Again({ id }: { id: string }) {
  const fetchAgain = useMutation({
    mutationFn: () => unwrap(api.POST('/api/media/{id}/fetch', { params: { path: { id } } })),
  });
  if (fetchAgain.isSuccess) return <span className={classes.small}>{fetchAgain.data.cause ?? 'Запрошен снова'}</span>;
  return (
    <button type="button" className="plain link" onClick={() => fetchAgain.mutate()}>
      {fetchAgain.isError ? fetchAgain.error.message : 'Запросить снова'}
    </button>
  );
}

const LINK = /(https?:\/\/[^\s<>"]+[^\s<>".,!?)])/g;

/** Long words fold at 400 px. */
export function FoldedText({ text, deleted = false }: { text: string; deleted?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [isLong, setLong] = useState(false);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    setLong((box.current?.scrollHeight ?? 0) > 420);
  }, [text]);
  return (
    <>
      <div
        ref={box}
        className={`${classes.text} ${isLong && !open ? classes.folded : ''}`}
        data-deleted={deleted || undefined}
        dir="auto"
      >
        {text.split(LINK).map((part, index) =>
          index % 2 === 1 ? (
            <a key={index} href={part} target="_blank" rel="noopener noreferrer nofollow" className="link">
              {part}
            </a>
          ) : (
            part
          ),
        )}
      </div>
      {isLong && (
        <Button variant="subtle" size="compact-xs" onClick={() => setOpen(!open)} aria-expanded={open}>
          {open ? 'Свернуть' : 'Развернуть'}
        </Button>
      )}
    </>
  );
}
