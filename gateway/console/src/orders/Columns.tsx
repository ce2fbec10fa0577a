/** Which columns does somebody want to see? They belong to the view, and can be saved with it. */
import { Button, Checkbox, Popover, Stack } from '@mantine/core'
import { t } from '@/text/text'
import type { ColumnKey } from './views'

interface Choice {
  all: { key: ColumnKey; head: string }[]
  shown: ColumnKey[]
  choose: (shown: ColumnKey[]) => void
}

export function Columns({ all, shown, choose }: Choice) {
  return (
    <Popover position="bottom-end">
      <Popover.Target><Button variant="default" size="xs" visibleFrom="sm">{t('Columns')}</Button></Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {all.slice(1).map(({ key, head }) => (
            <Checkbox
              key={key}
              label={head}
              checked={shown.includes(key)}
              onChange={(event) => choose(event.currentTarget.checked ? [...shown, key] : shown.filter((one) => one !== key))}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
