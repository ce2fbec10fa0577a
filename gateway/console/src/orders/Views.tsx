/** Which views are there, one's own, shared ones and those that all have, and how many orders are in each? */
import { Badge, Button, Group, ScrollArea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, got, type Of } from '@/api/client'
import { count } from '@/text/show'
import { t } from '@/text/text'
import { isView, type Saved, type Seen, seenBy, VIEWS } from './views'

const EVERY_MS = 15_000

export function useViews() {
  return useQuery({
    queryKey: ['order-views'],
    queryFn: () => got(api.GET('/order-views')),
    refetchInterval: EVERY_MS,
  })
}

interface Choice {
  seen: Seen
  saved: Saved[]
  choose: (seen: Seen) => void
}

export function Views({ seen, saved, choose }: Choice) {
  const counts = useQuery({
    queryKey: ['order-counts'],
    queryFn: () => got(api.POST('/orders/counts', { body: { views: VIEWS.map((view) => view.filter) } })),
    refetchInterval: EVERY_MS,
  })
  const at = saved.some((one) => one.view_id === seen.view)
  const text = at ? '' : seen.filter.text // the words of a saved view are its own
  return (
    <ScrollArea type="never" mb="xs">
      <Group gap={4} wrap="nowrap" role="group" aria-label={t('Views')}>
        {VIEWS.map((view, number) => (
          <Tab
            key={view.name}
            name={t(view.name)}
            active={!at && isView(seen.filter, view)}
            counted={counts.data?.counts[number]}
            choose={() => choose({ filter: { ...view.filter, text }, view: '', columns: [] })}
          />
        ))}
        {saved.map((view) => (
          <Tab
            key={view.view_id}
            name={view.name}
            about={view.shared ? t('Shared with all') : undefined}
            active={view.view_id === seen.view}
            counted={view.count}
            choose={() => choose(seenBy(view))}
          />
        ))}
      </Group>
    </ScrollArea>
  )
}

interface Tabbed {
  name: string
  about?: string | undefined
  active: boolean
  counted: Of<'OrderCount'> | null | undefined
  choose: () => void
}

function Tab({ name, about, active, counted, choose }: Tabbed) {
  return (
    <Button
      size="xs"
      variant={active ? 'light' : 'subtle'}
      color={active ? undefined : 'gray'}
      aria-pressed={active}
      title={about}
      onClick={choose}
      rightSection={counted && <Badge size="sm" variant="transparent" color="gray">{count(counted.count)}{counted.more ? '+' : ''}</Badge>}
      flex="none"
    >
      {name}
    </Button>
  )
}
