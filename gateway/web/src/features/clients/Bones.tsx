import { Skeleton } from '@mantine/core';

/** Grey rows while loading. */
export function Bones() {
  return (
    <div role="status" aria-label="Клиенты загружаются" style={{ padding: 20 }}>
      {Array.from({ length: 10 }, (_, index) => (
        <Skeleton key={index} height={18} mb={22} />
      ))}
    </div>
  );
}
