const LOOKED_AT = 'uzel-looked-at';

/**
 * The tabs of a browser agree by locks: one of them tells, and none does while any is looked at. When the one that tells is
 * closed, the next takes its place.
 */
export class Watch {
  private tells = false;
  private readonly stopping = new AbortController();
  private looked: AbortController | undefined;

  constructor(userId: string) {
    const signal = this.stopping.signal;
    void hold(`uzel-notices-${userId}`, { signal }, () => {
      this.tells = true;
    });
    this.look();
    document.addEventListener('visibilitychange', this.look, { signal });
  }

  /** Whether this tab is to tell something now. */
  async isOn(): Promise<boolean> {
    if (!this.tells || !document.hidden) return false;
    const { held } = await navigator.locks.query();
    return !held?.some((lock) => lock.name === LOOKED_AT);
  }

  stop(): void {
    this.stopping.abort();
    this.looked?.abort();
  }

  private readonly look = (): void => {
    this.looked?.abort();
    this.looked = undefined;
    if (document.hidden) return;
    this.looked = new AbortController();
    void hold(LOOKED_AT, { mode: 'shared', signal: this.looked.signal });
  };
}

/** Holds a lock until the signal says otherwise. */
function hold(name: string, options: LockOptions & { signal: AbortSignal }, held?: () => void): Promise<unknown> {
  const wait = () => {
    held?.();
    return new Promise<void>((release) => {
      if (options.signal.aborted) release();
      options.signal.addEventListener('abort', () => release());
    });
  };
  return navigator.locks.request(name, options, wait).catch(() => {
    // Stopped while waiting for its turn.
  });
}
