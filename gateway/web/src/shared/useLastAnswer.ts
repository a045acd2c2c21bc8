import { useState } from 'react';

/**
 * Reads what changes while it is read: of several questions about one id only the last one's answer is used, so that an old
 * answer on a slow way never takes the place of a newer one. Failures are left to whoever reads everything anew.
 */
export function lastAnswers() {
  const asked = new Map<string, object>();
  return <T>(id: string, ask: (id: string) => Promise<T>, use: (answer: T) => void): void => {
    const question = {};
    asked.set(id, question);
    ask(id)
      .then(
        (answer) => asked.get(id) === question && use(answer),
        () => undefined,
      )
      .finally(() => asked.get(id) === question && asked.delete(id));
  };
}

export const useLastAnswer = () => useState(lastAnswers)[0];
