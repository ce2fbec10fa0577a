/** How does the console look? Calm, dense enough to work in, alike on all pages. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

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
    Checkbox: { defaultProps: { radius: 'sm' } }, // a rounder one looks like one choice of several
    Modal: { defaultProps: { centered: true } },
  },
})

/** Colors of words, far enough from their ground to be read (4.5 : 1). */
export const contrast: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636b',
    '--mantine-color-placeholder': '#6b727a',
    '--mantine-color-yellow-light-color': '#7a4d00',
    '--mantine-color-orange-light-color': '#8f3d00',
    '--mantine-color-teal-light-color': '#08644a',
    '--mantine-color-red-light-color': '#b02525',
    '--mantine-color-red-text': '#b02525',
    '--mantine-color-gray-light-color': '#4a5159',
    '--mantine-color-red-filled': '#c92a2a',
  },
  dark: { '--mantine-color-anchor': '#8fb0f7', '--mantine-color-dimmed': '#9aa0a6', '--mantine-color-placeholder': '#9aa0a6' },
})
