/** Which views are there, and how many orders are in each? The gateway counts. */
import { Badge, Button, Group, ScrollArea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, got } from '@/api/client'
import { count } from '@/text/show'
import { t } from '@/text/text'
import { type Filter, isView, VIEWS } from './views'

export function Views({ filter, choose }: { filter: Filter; choose: (filter: Filter) => void }) {
  const counts = useQuery({
    queryKey: ['orders', 'counts'],
    queryFn: () => got(api.POST('/orders/counts', { body: { views: VIEWS.map((view) => view.filter) } })),
    refetchInterval: 15_000,
  })
  return (
    <ScrollArea type="never" mb="xs">
      <Group gap={4} wrap="nowrap" role="group" aria-label={t('Views')}>
        {VIEWS.map((view, number) => {
          const counted = counts.data?.counts[number]
          const active = isView(filter, view)
          return (
            <Button
              key={view.name}
              size="xs"
              variant={active ? 'light' : 'subtle'}
              color={active ? undefined : 'gray'}
              aria-pressed={active}
              onClick={() => choose({ ...view.filter, text: filter.text })}
              rightSection={counted && <Badge size="sm" variant="transparent" color="gray">{count(counted.count)}{counted.more ? '+' : ''}</Badge>}
              flex="none"
            >
              {t(view.name)}
            </Button>
          )
        })}
      </Group>
    </ScrollArea>
  )
}
