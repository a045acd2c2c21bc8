import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Neutral on purpose: green, amber and red are kept for what they mean. */
const ink: MantineColorsTuple = [
  '#eef3fb', '#dbe5f4', '#b6c9e6', '#8eabd8', '#6c91cb', '#557fc3', '#4875bf', '#3963a8', '#305896', '#234b85',
];

/** The dark surfaces of theme.css, for what the library draws by itself. */
const dark: MantineColorsTuple = [
  '#e6e9ee', '#c5ccd6', '#a3adba', '#7d8896', '#4a5462', '#343b46', '#232831', '#1c2027', '#15181d', '#0f1216',
];

export const theme = createTheme({
  colors: { ink, dark },
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  defaultRadius: 8,
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "Liberation Mono", Menlo, monospace',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '20px', xl: '32px' },
  headings: { sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } } },
  components: {
    Text: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true, multiline: true, maw: 320 } },
    Modal: { defaultProps: { centered: true, closeButtonProps: { 'aria-label': 'Закрыть' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Закрыть' } } },
    Notification: {
      defaultProps: { closeButtonProps: { 'aria-label': 'Закрыть' } },
      // Grey under a title would be too pale.
      styles: { description: { color: 'var(--words)' } },
    },
    Select: { defaultProps: { nothingFoundMessage: 'Ничего не нашлось', comboboxProps: { shadow: 'md' } } },
  },
});
