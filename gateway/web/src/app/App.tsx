import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { nonce } from './nonce';
import { makeQueryClient } from './queryClient';
import { makeRouter } from './router';
import { theme } from './theme';
import { Toasts } from './Toasts';

export function App() {
  const [cache] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(cache));
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
      <QueryClientProvider client={cache}>
        <Toasts />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
