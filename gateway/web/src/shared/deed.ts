import { hashKey, useMutation, type MutateOptions, type UseMutationOptions, type UseMutationResult } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';

/** Two presses within this time are a double press, also when the first has been answered meanwhile. */
const DOUBLE_MS = 500;

interface Started<Data, Given> {
  given: Given;
  at: number;
  isOver: boolean;
  done: Promise<Data>;
}

/**
 * A change that a person asks for: one press is one deed. What is asked again in the same words while it is under way, or
 * by the second half of a double press, is the deed that was begun, and its callbacks are those of the first press. A
 * button that is `loading` keeps nobody from the second press: it comes before React has drawn the first.
 */
export function useDeed<Data = unknown, Failure = Error, Given = void, Kept = unknown>(
  options: UseMutationOptions<Data, Failure, Given, Kept>,
): UseMutationResult<Data, Failure, Given, Kept> {
  const mutation = useMutation(options);
  const last = useRef<Started<Data, Given>>(undefined);
  const begin = mutation.mutateAsync;
  const mutateAsync = useCallback(
    (given: Given, told?: MutateOptions<Data, Failure, Given, Kept>): Promise<Data> => {
      const before = last.current;
      const at = Date.now();
      if (before && (!before.isOver || at - before.at < DOUBLE_MS) && isSame(before.given, given)) return before.done;
      const deed: Started<Data, Given> = { given, at, isOver: false, done: begin(given, told) };
      last.current = deed;
      const over = () => {
        deed.isOver = true;
      };
      deed.done.then(over, over);
      return deed.done;
    },
    [begin],
  );
  const mutate = useCallback(
    (given: Given, told?: MutateOptions<Data, Failure, Given, Kept>) => {
      // Who does not wait for the end reads the failure from the state.
      mutateAsync(given, told).catch(() => undefined);
    },
    [mutateAsync],
  );
  return { ...mutation, mutate, mutateAsync } as UseMutationResult<Data, Failure, Given, Kept>;
}

/** A file is known by itself alone: its words say nothing of what is in it. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || (!(one instanceof Blob) && hashKey([one]) === hashKey([other]));
}
