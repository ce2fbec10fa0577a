/** What is there to know of one order? Everything, from one call, with what can be done now. */
import { Alert, Badge, Grid, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { when } from '@/text/show'
import { t, word } from '@/text/text'
import { Actions } from './Actions'
import { Addresses } from './Addresses'
import { Fulfillments } from './Fulfillments'
import { History } from './History'
import { Holds } from './Holds'
import { Journey } from './Journey'
import { Lines } from './Lines'
import { Money } from './Money'
import { Notes } from './Notes'
import { Returns } from './Returns'
import { lastOf, WithLast } from './Winner'

export type Whole = Of<'WholeOrder'>

export const orderKey = (orderId: string) => ['order', orderId]

export function Order() {
  const { orderId = '' } = useParams()
  const asked = useQuery({
    queryKey: orderKey(orderId),
    queryFn: () => got(api.GET('/orders/{order_id}', { params: { path: { order_id: orderId } } })),
    refetchInterval: 10_000,
  })
  if (asked.isPending) return <Busy />
  if (!asked.data) return <><Head title={t('Order')} /><Sorry error={asked.error} again={() => void asked.refetch()} /></>
  const whole = asked.data
  const { order } = whole
  return (
    <WithLast value={lastOf(whole.history)}>
      <Head
        title={`#${order.number}`}
        about={<>{order.channel}{order.channel_order_id && ` · ${order.channel_order_id}`} · {when(order.placed_at)}</>}
      >
        <Actions whole={whole} />
      </Head>
      <Group gap="xs" mb="md">
        <State of={order.status} size="lg" />
        <State of={order.payment_status} size="lg" />
        <State of={order.fulfillment_status} size="lg" />
        {order.tags.map((tag) => <Badge key={tag} size="lg" color="gray">{tag}</Badge>)}
      </Group>
      {whole.missing.length > 0 && (
        <Alert color="orange" mb="md">{t('Just now this does not answer: {parts}. The rest is up to date.', { parts: whole.missing.map(word).join(', ') })}</Alert>
      )}
      <Holds order={order} />
      <Stack gap="md">
        <Journey order={order} />
        <Grid gutter="md">
          <Grid.Col span={{ base: 12, lg: 8 }}>
            <Stack gap="md">
              <Lines order={order} />
              <Fulfillments whole={whole} />
              <Returns returns={whole.returns} />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 4 }}>
            <Stack gap="md">
              <Money order={order} payments={whole.payments} />
              <Addresses order={order} />
              <Notes order={order} />
            </Stack>
          </Grid.Col>
        </Grid>
        {whole.history ? <History lines={whole.history} /> : <Text size="sm">{t('The history does not answer just now.')}</Text>}
        <Text size="xs" className="quiet">{order.order_id} · {t('version {n}', { n: order.version })} · <Link to="/orders">{t('All orders')}</Link></Text>
      </Stack>
    </WithLast>
  )
}
