const AT_LATEST_MS = 1000;

/** Does something when the page has nothing better to do; the answer takes it back. */
export function whenIdle(act: () => void): () => void {
  // Safari has no idle time.
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(act, AT_LATEST_MS / 5);
    return () => clearTimeout(timer);
  }
  const idle = requestIdleCallback(act, { timeout: AT_LATEST_MS });
  return () => cancelIdleCallback(idle);
}
