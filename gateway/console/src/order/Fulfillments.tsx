/** Who sends what, and where are the parcels? */
import { Anchor, Card, Divider, Group, Stack, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import type { Of } from '@/api/client'
import { State } from '@/parts/State'
import { when } from '@/text/show'
import { t, word } from '@/text/text'
import type { Whole } from './Order'

export function Fulfillments({ whole }: { whole: Whole }) {
  const { fulfillments, shipments } = whole
  if (!fulfillments?.length) return null
  return (
    <Card>
      <Title order={2} size="h4" mb="sm">{t('Fulfillments and parcels')}</Title>
      <Stack gap="md">
        {fulfillments.map((one) => (
          <div key={one.fulfillment_order_id}>
            <Group justify="space-between" mb={4}>
              <Text size="sm" fw={600}>{one.warehouse_name}{one.round > 1 && ` · ${t('round {n}', { n: one.round })}`}</Text>
              <State of={one.status} />
            </Group>
            <Text size="sm">{one.lines.map((line) => `${line.quantity} × ${line.name || line.sku}`).join(', ')}</Text>
            <Text size="xs" className="quiet">
              {one.lines.map((line) => [t('{n} of {all} picked', { n: line.picked, all: line.quantity }), line.short ? t('{n} not found', { n: line.short }) : ''].filter(Boolean).join(', ')).join(' · ')}
            </Text>
            {one.decision && <Text size="xs" className="quiet">{one.decision}</Text>}
            {one.allowed.includes('pack') && <Anchor component={Link} size="sm" to={`/packing/${one.fulfillment_order_id}`}>{t('Pack')}</Anchor>}
            {one.allowed.includes('scan') && <Anchor component={Link} size="sm" to={`/picking/${one.fulfillment_order_id}`}>{t('Pick')}</Anchor>}
            {shipments?.filter((shipment) => shipment.fulfillment_order_id === one.fulfillment_order_id).map((shipment) => <Shipped key={shipment.shipment_id} shipment={shipment} />)}
          </div>
        ))}
      </Stack>
    </Card>
  )
}

export function Shipped({ shipment }: { shipment: Of<'Shipment'> }) {
  return (
    <Stack gap={6} mt="xs">
      <Divider />
      <Group justify="space-between">
        <Text size="sm"><Link to={`/shipping/${shipment.shipment_id}`}>{shipment.carrier || t('no carrier yet')}</Link> {shipment.service}</Text>
        <State of={shipment.state} />
      </Group>
      {shipment.problem && <Text size="sm" c="red">{shipment.problem}</Text>}
      {shipment.parcels.map((parcel) => (
        <div key={parcel.package_id}>
          <Group justify="space-between">
            <Text size="sm" className="figure">{parcel.tracking_url ? <Anchor href={parcel.tracking_url} target="_blank" rel="noreferrer">{parcel.tracking_number}</Anchor> : parcel.tracking_number}</Text>
            <Text size="sm" className="quiet">{word(parcel.status)}</Text>
          </Group>
          {parcel.events.map((event) => (
            <Text key={event.at + event.status} size="xs" className="quiet">{when(event.at)} · {word(event.status)}{event.place && ` · ${event.place}`}{event.detail && ` · ${event.detail}`}</Text>
          ))}
        </div>
      ))}
    </Stack>
  )
}
