import { expect, test } from 'vitest';
import { innFault, kppFault, ogrnFault } from './requisites';

test('right numbers pass, also with spaces from a paste', () => {
  for (const inn of ['7707083893', '500100732259', ' 77 0708 3893 ', '']) expect(innFault(inn)).toBeNull();
  for (const ogrn of ['1027700132195', '304500116000157', '']) expect(ogrnFault(ogrn)).toBeNull();
  for (const kpp of ['773601001', '7736AB001', '']) expect(kppFault(kpp)).toBeNull();
});

test('a wrong check digit, length or letter is named', () => {
  expect(innFault('7707083894')).toContain('контрольная цифра');
  expect(innFault('500100732250')).toContain('контрольная цифра');
  expect(innFault('77070838')).toContain('сейчас 8');
  expect(innFault('77O7083893')).toContain('только из цифр');
  expect(ogrnFault('1027700132196')).toContain('контрольная цифра');
  expect(ogrnFault('102770013219')).toContain('сейчас 12');
  expect(kppFault('77360100')).not.toBeNull();
});
