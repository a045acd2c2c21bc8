import { useRef } from 'react';
import { ApiError } from '@/api/problem';
import { uuid } from './uuid';

/**
 * One id for every press of a form that makes something: what came through though its answer was lost is not made twice.
 * Other content after a refusal is another thing.
 */
export function usePressId() {
  const press = useRef({ id: uuid(), refused: '' });
  return {
    /** The id of the last press. */
    last: () => press.current.id,
    /** For this press. */
    next: (content: string) => {
      const { refused } = press.current;
      if (refused && refused !== content) press.current = { id: uuid(), refused: '' };
      return press.current.id;
    },
    /** What became of it. */
    failed: (error: Error, content: string) => {
      if (isRefusal(error)) press.current.refused = content;
    },
  };
}

/** The hub has answered: nothing of this press was made. */
const isRefusal = (error: Error) => error instanceof ApiError && error.problem.status >= 400 && error.problem.status < 500;
