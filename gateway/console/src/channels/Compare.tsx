/** What does the channel say of an order, what do we hold, and how do they become the same? */
import { Alert, Button, Card, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { api, got, type Schemas } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { when } from '@/text/show'
import { t, word } from '@/text/text'

type Mend = 'take_again' | 'cancel'
const NAMES: Record<string, () => string> = {
  take_again: () => t('Take it again as it is there'),
  cancel: () => t('Cancel it here, too'),
  address: () => t('Take over the address'),
}

export function Compare() {
  const { inboundId = '' } = useParams()
  const may = useMay()
  const path = { inbound_id: inboundId }
  const refresh = [['comparison', inboundId], ['inbound'], ['channels']]
  const asked = useQuery({
    queryKey: ['comparison', inboundId],
    queryFn: () => got(api.GET('/channel-orders/{inbound_id}/comparison', { params: { path } })),
    refetchInterval: (query) => (query.state.data?.sighting.asking ? 1500 : false),
  })
  const look = useChange((_: null, header) => got(api.POST('/channel-orders/{inbound_id}/look-up', { params: { path, header } })), { refresh })
  const mend = useChange(
    (wish: Mend, header) => got(api.POST('/channel-orders/{inbound_id}/mend', { params: { path, header }, body: { mend: wish } })),
    { refresh, says: t('It is mended.') },
  )
  const edit = useChange(
    (wish: { order: string; to: NonNullable<Schemas['OrderComparison']['ship_to']> }, header) =>
      got(api.POST('/orders/{order_id}/edits', { params: { path: { order_id: wish.order }, header }, body: { reason: t('changed on the channel'), ship_to: wish.to } })),
    { refresh, says: t('It is mended.') },
  )
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const { sighting: one, differences, mend: ways, ship_to } = asked.data
  const allowed = (way: string) => (way === 'address' ? may('orders.write') && !!ship_to : may('channels.write'))
  const doIt = (way: string) => (way === 'address' ? ship_to && edit.mutate({ order: one.order_id, to: ship_to }) : mend.mutate(way as Mend))
  return (
    <Stack>
      <Head title={one.channel_order_id} about={<>{one.channel} · <Link to="/channels">{t('Channels')}</Link>{one.order_id && <> · <Link to={`/orders/${one.order_id}`}>{t('Order')}</Link></>}</>}>
        <State of={one.state} size="lg" />
        {may('channels.write') && <Button loading={look.isPending || one.asking} onClick={() => look.mutate(null)}>{t('Ask the shop')}</Button>}
      </Head>
      <Sorry error={look.error ?? mend.error ?? edit.error} />
      {one.reason && <Alert color="yellow">{one.reason}</Alert>}
      <Card>
        {one.seen ? (
          <Text>{t('The shop said {what}, {when}.', { what: word(one.seen.says), when: when(one.seen.at) })} {one.seen.reason}</Text>
        ) : <Text>{t('The shop was not asked yet.')}</Text>}
      </Card>
      {one.seen && (
        <Rows
          label={t('Differences')}
          rows={differences}
          id={(row) => row.field}
          empty={<Empty title={t('No differences')} todo={t('What the shop says is what we hold.')} />}
          columns={[
            { head: t('What'), main: true, cell: (row) => word(row.field) },
            { head: t('There'), cell: (row) => word(row.there) },
            { head: t('Here'), cell: (row) => word(row.here) },
          ]}
        />
      )}
      <Group>
        {ways.filter(allowed).map((way) => (
          <Button key={way} variant="light" loading={mend.isPending || edit.isPending} onClick={() => doIt(way)}>{NAMES[way]?.() ?? word(way)}</Button>
        ))}
      </Group>
    </Stack>
  )
}
