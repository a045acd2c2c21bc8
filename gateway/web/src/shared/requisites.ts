/** Check digits of Russian requisites, so that a slip is named while it is typed. The hub checks again. */

function weighed(digits: string, weights: number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);
}

function digitsOf(text: string): string | null {
  const clean = text.replace(/\s/g, '');
  return /^\d+$/.test(clean) ? clean : null;
}

const INN_10 = [2, 4, 10, 3, 5, 9, 4, 6, 8];
const INN_11 = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
const INN_12 = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

/** What is wrong with an ИНН of a company (10 digits) or a person (12); nothing where it is right or empty. */
export function innFault(text: string): string | null {
  if (text.trim() === '') return null;
  const digits = digitsOf(text);
  if (digits === null) return 'ИНН состоит только из цифр.';
  const check = (weights: number[], at: number) => (weighed(digits, weights) % 11) % 10 === Number(digits[at]);
  if (digits.length === 10) return check(INN_10, 9) ? null : 'ИНН с ошибкой: не сходится контрольная цифра.';
  if (digits.length === 12) {
    return check(INN_11, 10) && check(INN_12, 11) ? null : 'ИНН с ошибкой: не сходится контрольная цифра.';
  }
  return `В ИНН 10 цифр у организации, 12 у человека; сейчас ${digits.length}.`;
}

/** The same for ОГРН (13 digits) and ОГРНИП (15). */
export function ogrnFault(text: string): string | null {
  if (text.trim() === '') return null;
  const digits = digitsOf(text);
  if (digits === null) return 'ОГРН состоит только из цифр.';
  if (digits.length !== 13 && digits.length !== 15) return `В ОГРН 13 цифр, в ОГРНИП 15; сейчас ${digits.length}.`;
  const rest = BigInt(digits.slice(0, -1)) % BigInt(digits.length - 2);
  return Number(rest % 10n) === Number(digits.at(-1)) ? null : 'ОГРН с ошибкой: не сходится контрольная цифра.';
}

/** КПП: 9 signs, of which the fifth and sixth may be Latin capitals. */
export function kppFault(text: string): string | null {
  const clean = text.replace(/\s/g, '');
  return clean === '' || /^\d{4}[\dA-Z]{2}\d{3}$/.test(clean) ? null : 'В КПП 9 знаков: цифры, пятый и шестой могут быть буквами.';
}
