import { api, unwrap, type Schema } from '@/api/client';
import { useDeed } from './deed';

/** A file that the hub has taken and nobody has sent yet. */
export type Uploaded = Schema<'MediaFile'>;

/** Takes a file; it is the sender's alone until it is sent. A `voice` is brought into the form that messengers play. */
export function useUpload(kind?: 'voice') {
  return useDeed({
    mutationFn: (file: File) =>
      unwrap(
        api.POST('/api/files', {
          params: { query: { name: file.name, kind } },
          body: file as unknown as never,
          bodySerializer: (body: unknown) => body as BodyInit,
          headers: { 'Content-Type': 'application/octet-stream' },
        }),
      ),
  });
}
