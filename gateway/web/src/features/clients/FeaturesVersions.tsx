import { Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { dateTime } from '@/shared/format';
import { Failed, Loading, Nothing } from '@/shared/ui/States';

/** «Особенности клиента» as they were, with who wrote them and when. */
export default function FeaturesVersions({ client, onClose }: { client: string; onClose: () => void }) {
  const versions = useQuery({
    queryKey: ['clients', client, 'features'],
    queryFn: () => unwrap(api.GET('/api/clients/{id}/features', { params: { path: { id: client } } })),
  });
  return (
    <Modal opened onClose={onClose} title="Особенности клиента: кто и когда менял">
      {versions.isPending ? (
        <Loading what="Версии загружаются" />
      ) : versions.isError ? (
        <Failed error={versions.error} again={() => void versions.refetch()} />
      ) : versions.data.length === 0 ? (
        <Nothing title="Особенностей ещё не записывали" />
      ) : (
        <Stack gap="md" component="ol" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
          {versions.data.map((version) => (
            <li key={`${version.at} ${version.author}`}>
              <Text size="xs" c="dimmed" className="numbers">
                {dateTime(version.at)}, {version.author}
              </Text>
              <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} c={version.text === null ? 'dimmed' : undefined}>
                {version.text ?? 'Текст убран'}
              </Text>
            </li>
          ))}
        </Stack>
      )}
    </Modal>
  );
}
