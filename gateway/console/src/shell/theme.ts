/** How does the console look? Calm, dense enough to work in, alike on all pages. */
import { createTheme, type MantineColorsTuple } from '@mantine/core'

const blue: MantineColorsTuple = [
  '#eaf1ff', '#d4e0fb', '#a8bff2', '#799cea', '#517ee3', '#386bdf', '#2861de', '#1b51c5', '#1248b1', '#003d9c',
]

export const theme = createTheme({
  primaryColor: 'blue',
  colors: { blue },
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Card: { defaultProps: { withBorder: true, padding: 'md' } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 600 } },
    Modal: { defaultProps: { centered: true } },
  },
})
