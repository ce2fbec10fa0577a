/** What is there to know of one shipment? */
import { Button, Card, Group, Stack, Text, Timeline, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { api, got } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { Icon } from '@/parts/Icon'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { money, when } from '@/text/show'
import { t, word } from '@/text/text'
import { HandOver } from './HandOver'
import { RecordScan } from './RecordScan'

export function Shipment() {
  const { shipmentId = '' } = useParams()
  const asked = useQuery({
    queryKey: ['shipment', shipmentId],
    queryFn: () => got(api.GET('/shipments/{shipment_id}', { params: { path: { shipment_id: shipmentId } } })),
    refetchInterval: 15_000,
  })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const shipment = asked.data
  return (
    <Stack>
      <Head
        title={`${shipment.carrier || t('Shipment')} ${shipment.service}`}
        about={<><Link to={shipment.return_id ? `/returns/${shipment.return_id}` : `/orders/${shipment.order_id}`}>{shipment.return_id ? t('Show the return') : t('Order #{n}', { n: shipment.number })}</Link> · <Link to="/shipping">{t('Shipping')}</Link></>}
      >
        <State of={shipment.state} size="lg" />
        {shipment.allowed.includes('label') && <Button component="a" variant="default" leftSection={<Icon name="print" />} href={`/shipments/${shipment.shipment_id}/label.pdf`} target="_blank" rel="noreferrer">{t('Label')}</Button>}
        <HandOver shipment={shipment} />
      </Head>
      {shipment.problem && <Text c="red">{shipment.problem}</Text>}
      <Card>
        <Group gap="xl">
          <div><Text size="xs" className="quiet">{t('Cost')}</Text><Text>{money(shipment.cost.amount, shipment.cost.currency)}</Text></div>
          <div><Text size="xs" className="quiet">{t('Shipped')}</Text><Text>{when(shipment.shipped_at)}</Text></div>
          <div><Text size="xs" className="quiet">{t('Delivered')}</Text><Text>{when(shipment.delivered_at)}</Text></div>
        </Group>
        {shipment.manifest_id && <Text size="sm" mt="sm"><Link to={`/shipping/manifests/${shipment.manifest_id}`}>{t('Manifest')}</Link></Text>}
        {shipment.choice && <Text size="sm" mt="sm" className="quiet">{shipment.choice}</Text>}
      </Card>
      {shipment.parcels.map((parcel) => (
        <Card key={parcel.package_id}>
          <Group justify="space-between" mb="sm">
            <Title order={2} size="h5" className="figure">{parcel.tracking_url ? <a href={parcel.tracking_url} target="_blank" rel="noreferrer">{parcel.tracking_number}</a> : parcel.tracking_number || '–'}</Title>
            <Text size="sm">{word(parcel.status)} · {(parcel.weight_g / 1000).toFixed(2)} kg</Text>
          </Group>
          {parcel.events.length ? (
            <Timeline bulletSize={12} lineWidth={2} active={parcel.events.length}>
              {parcel.events.map((event) => (
                <Timeline.Item key={event.at + event.status} title={<Text size="sm">{word(event.status)}</Text>}>
                  <Text size="xs" className="quiet">{[when(event.at), event.place, event.detail].filter(Boolean).join(' · ')}</Text>
                </Timeline.Item>
              ))}
            </Timeline>
          ) : <Text size="sm" className="quiet">{t('The carrier has told nothing yet.')}</Text>}
          <RecordScan shipment={shipment} number={parcel.tracking_number} />
        </Card>
      ))}
    </Stack>
  )
}
