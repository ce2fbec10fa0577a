/** Which keys do something? `?` tells. */
import { Group, Kbd, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { t, type Text as Words } from '@/text/text'

const KEYS: [string, Words][] = [
  ['/', 'Search'],
  ['j', 'Next row'],
  ['k', 'Row before'],
  ['Enter', 'Open the row'],
  ['x', 'Select the row'],
  ['?', 'Show these keys'],
]

export function Keys() {
  const [open, { toggle, close }] = useDisclosure(false)
  useHotkeys([['shift+?', toggle], ['?', toggle]])
  return (
    <Modal opened={open} onClose={close} title={t('Keys')} size="xs" closeButtonProps={{ 'aria-label': t('Close') }}>
      <Stack gap="xs">
        {KEYS.map(([key, does]) => <Group key={key} justify="space-between"><Text size="sm">{t(does)}</Text><Kbd>{key}</Kbd></Group>)}
      </Stack>
    </Modal>
  )
}
