/** Runs at once, then at most every `everyMs`; a call in between runs at the end of the pause. */
export function throttle(run: () => void, everyMs: number): { call: () => void; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const pause = () => {
    timer = setTimeout(() => {
      timer = undefined;
      if (!again) return;
      again = false;
      run();
      pause();
    }, everyMs);
  };
  return {
    call: () => {
      if (timer !== undefined) {
        again = true;
        return;
      }
      run();
      pause();
    },
    cancel: () => clearTimeout(timer),
  };
}
