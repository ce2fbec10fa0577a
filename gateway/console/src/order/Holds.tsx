/** What stops an order, and who lets it go on? */
import { Alert, Button, Group, Text } from '@mantine/core'
import { api, got, type Of } from '@/api/client'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { when } from '@/text/show'
import { t } from '@/text/text'
import { ifMatch } from './match'
import { who } from './telling'

export function Holds({ order }: { order: Of<'Order'> }) {
  const may = useMay()
  const release = useChange(
    (holdId: string, key) =>
      got(api.DELETE('/orders/{order_id}/holds/{hold_id}', {
        params: { path: { order_id: order.order_id, hold_id: holdId }, header: { ...key, ...ifMatch(order) } },
        body: {},
      })),
    { refresh: [['order', order.order_id], ['orders']], says: t('The order goes on.') },
  )
  return (
    <>
      {order.holds.map((hold) => (
        <Alert key={hold.hold_id} color="yellow" mb="sm" title={t('On hold: {reason}', { reason: hold.reason })}>
          <Group justify="space-between" align="flex-end">
            <Text size="sm">
              {hold.note && <>{hold.note}<br /></>}
              {who(hold.placed_by)} · {when(hold.placed_at)}{hold.until && ` · ${t('until {when}', { when: when(hold.until) })}`}
            </Text>
            {order.allowed.includes('release') && may('orders.write') && (
              <Button size="xs" color="yellow" variant="filled" autoContrast loading={release.isPending} onClick={() => release.mutate(hold.hold_id)}>{t('Release')}</Button>
            )}
          </Group>
        </Alert>
      ))}
      <Sorry error={release.error} />
    </>
  )
}
