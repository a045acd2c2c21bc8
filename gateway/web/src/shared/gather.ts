const GATHERED_MS = 1000;

/** Hands on together what comes within a second. */
export function gather<One>(take: (all: One[]) => void): { add: (one: One) => void; stop: () => void } {
  let kept: One[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const give = () => {
    const all = kept;
    kept = [];
    timer = undefined;
    take(all);
  };
  return {
    add: (one) => {
      kept.push(one);
      timer ??= setTimeout(give, GATHERED_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
