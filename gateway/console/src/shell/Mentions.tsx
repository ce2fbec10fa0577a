/** Where did a colleague name me? A bell that counts what is not read, and the list behind it. */
import { ActionIcon, Badge, Button, Indicator, Menu, ScrollArea, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { who } from '@/order/telling'
import { Icon } from '@/parts/Icon'
import { Sorry } from '@/parts/Sorry'
import { useChange } from '@/parts/change'
import { when } from '@/text/show'
import { t } from '@/text/text'

export const MENTIONS = ['mentions']
const MOST = 100

export function Mentions() {
  const asked = useQuery({
    queryKey: MENTIONS,
    queryFn: () => got(api.GET('/mentions', { params: { query: { limit: 20 } } })),
    refetchInterval: 60_000,
  })
  const read = useChange(
    (ids: string[], header) => got(api.POST('/mentions/read', { params: { header }, body: { mention_ids: ids } })),
    { refresh: [MENTIONS] },
  )
  const page = asked.data
  const unread = page?.unread ?? 0
  const count = unread < MOST ? String(unread) : `${MOST - 1}+`
  const isNew = (one: Of<'Mention'>) => !one.read_at
  const newOnes = (page?.mentions ?? []).filter(isNew).map((one) => one.mention_id)
  return (
    <Menu position="bottom-end" width={320}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={unread ? t('Mentions: {n} not read', { n: count }) : t('Mentions')}>
          <Indicator disabled={unread === 0} label={count} size={16} offset={2} color="red">
            <Icon name="bell" />
          </Indicator>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('Where you were mentioned')}</Menu.Label>
        <Sorry error={asked.error ?? read.error} />
        {page?.mentions.length === 0 && <Text size="sm" p="sm">{t('Nobody has mentioned you yet.')}</Text>}
        <ScrollArea.Autosize mah={420}>
          {page?.mentions.map((one) => (
            <Menu.Item key={one.mention_id} component={Link} to={`/orders/${one.order_id}`} onClick={() => { if (isNew(one)) read.mutate([one.mention_id]) }}>
              <Text size="sm" fw={isNew(one) ? 700 : 400} lineClamp={3}>#{one.number} · {one.text}</Text>
              <Text size="xs" className="quiet">{who(one.by)} · {when(one.at)} {isNew(one) && <Badge size="xs">{t('New')}</Badge>}</Text>
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
        {newOnes.length > 0 && <Button m="xs" size="xs" variant="light" loading={read.isPending} onClick={() => read.mutate(newOnes)}>{t('Mark as read')}</Button>}
      </Menu.Dropdown>
    </Menu>
  )
}
