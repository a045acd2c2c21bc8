import { expect, test } from 'vitest';
import { lastAnswers } from './useLastAnswer';

const settled = () => new Promise((done) => setTimeout(done));

test('an old answer that comes late does not take the place of a newer one', async () => {
  const read = lastAnswers();
  const used: string[] = [];
  const answers: ((answer: string) => void)[] = [];
  const ask = () => new Promise<string>((answer) => answers.push(answer));
  read('row', ask, (answer) => used.push(answer));
  read('row', ask, (answer) => used.push(answer));
  read('other', () => Promise.resolve('other'), (answer) => used.push(answer));
  answers[1]!('cancelled');
  await settled();
  answers[0]!('planned');
  await settled();
  expect(used.toSorted()).toEqual(['cancelled', 'other']);
});

test('a question that failed leaves the next one alone', async () => {
  const read = lastAnswers();
  const used: string[] = [];
  read('row', () => Promise.reject(new Error('gone')), (answer: string) => used.push(answer));
  await settled();
  read('row', () => Promise.resolve('back'), (answer) => used.push(answer));
  await settled();
  expect(used).toEqual(['back']);
});
