import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { nonce } from './nonce';
import { makeQueryClient } from './queryClient';
import { makeRouter } from './router';
import { theme } from './theme';

export function App() {
  const [cache] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(cache));
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
      <QueryClientProvider client={cache}>
        {/* Below stands what one writes and sends. */}
        <Notifications position="top-center" autoClose={7000} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
