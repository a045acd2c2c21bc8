import { Modal } from '@mantine/core';
import {
  IconFile,
  IconFileTypePdf,
  IconFileTypeXls,
  IconMicrophone,
  IconMusic,
  IconPhoto,
  IconSticker,
  IconVideo,
} from '@tabler/icons-react';
import { useState } from 'react';
import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from '../deed';
import { size } from '../format';
import { mediaState, voiceLength } from '../words/media';
import { mediaWord } from '../words/preview';
import { Player } from '../voice/Player';
import classes from './Said.module.css';

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
  const [broken, setBroken] = useState(false);
  const name = media.file_name ?? mediaWord(media.kind);
  // What no browser can draw is still a file that can be taken.
  if (broken) return <PlainFile media={media} url={url} />;
  return (
    <>
      <button type="button" className="plain" onClick={() => setOpen(true)} aria-label={`Открыть: ${name}`}>
        <img className={classes.picture} src={`${url}/thumbnail`} alt={name} loading="lazy" onError={() => setBroken(true)} />
      </button>
      <Modal opened={open} onClose={() => setOpen(false)} title={name} size="auto">
        <img src={url} alt={name} style={{ maxWidth: '100%', maxHeight: '76vh', display: 'block' }} />
      </Modal>
    </>
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
  const fetchAgain = useDeed({
    mutationFn: () => unwrap(api.POST('/api/media/{id}/fetch', { params: { path: { id } } })),
  });
  if (fetchAgain.isSuccess) return <span className={classes.small}>{fetchAgain.data.cause ?? 'Запрошен снова'}</span>;
  return (
    <button type="button" className="plain link" onClick={() => fetchAgain.mutate()}>
      {fetchAgain.isError ? fetchAgain.error.message : 'Запросить снова'}
    </button>
  );
}
