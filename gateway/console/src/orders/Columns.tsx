/** Which columns does somebody want to see? The browser remembers. */
import { Button, Checkbox, Popover, Stack } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { t } from '@/text/text'

export function useColumns() {
  return useLocalStorage<string[]>({ key: 'orders-hidden-columns', defaultValue: [], getInitialValueInEffect: false })
}

interface Choice {
  all: { key: string; head: string }[]
  hidden: string[]
  choose: (hidden: string[]) => void
}

export function Columns({ all, hidden, choose }: Choice) {
  return (
    <Popover position="bottom-end">
      <Popover.Target><Button variant="default" size="xs" visibleFrom="sm">{t('Columns')}</Button></Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {all.slice(1).map(({ key, head }) => (
            <Checkbox
              key={key}
              label={head}
              checked={!hidden.includes(key)}
              onChange={(event) => choose(event.currentTarget.checked ? hidden.filter((one) => one !== key) : [...hidden, key])}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
