/** Categories of a provider's templates; the price depends on them. */
export const TEMPLATE_CATEGORIES: Record<string, string> = {
  utility: 'служебный',
  marketing: 'рекламный',
  authentication: 'код подтверждения',
};

const names = new Intl.DisplayNames(['ru'], { type: 'language', fallback: 'code' });

/** `ru` as «русский», `en_US` as «американский английский»; a word that is no language stays as it is. */
export function languageName(code: string): string {
  try {
    return names.of(code.replace('_', '-')) ?? code;
  } catch {
    return code;
  }
}
