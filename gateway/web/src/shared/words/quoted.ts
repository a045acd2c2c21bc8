/** «ООО „Ромашка“»: quotes inside of quotes are „лапки“. */
export const quoted = (words: string) => `«${words.replaceAll('«', '„').replaceAll('»', '“')}»`;
