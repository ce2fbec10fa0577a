/** What is on one manifest, and has the carrier taken it? */
import { Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { api, got } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { Icon } from '@/parts/Icon'
import { Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { when } from '@/text/show'
import { t } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'

export function Manifest() {
  const { manifestId = '' } = useParams()
  const { nameOf } = useWarehouse()
  const asked = useQuery({
    queryKey: ['manifest', manifestId],
    queryFn: () => got(api.GET('/manifests/{manifest_id}', { params: { path: { manifest_id: manifestId } } })),
    refetchInterval: (query) => (query.state.data?.state === 'pending' ? 1_000 : false),
  })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const manifest = asked.data
  const facts = [nameOf(manifest.warehouse_id), when(manifest.closed_at), manifest.closed_by.replace(/^\w+:/, '')]
  return (
    <Stack>
      <Head
        title={t('Manifest for {carrier}', { carrier: manifest.carrier })}
        about={<>{facts.filter(Boolean).join(' · ')} · <Link to="/shipping/manifests">{t('Manifests')}</Link></>}
      >
        <State of={manifest.state} size="lg" />
        {manifest.state === 'handed_over' && <Button component="a" variant="default" leftSection={<Icon name="print" />} href={`/manifests/${manifest.manifest_id}/manifest.pdf`} target="_blank" rel="noreferrer">{t('Print')}</Button>}
      </Head>
      {manifest.problem && <Text c="red">{manifest.problem} {t('The parcels wait as before.')}</Text>}
      <Rows
        label={t('Parcels')}
        rows={manifest.parcels}
        id={(one) => one.tracking_number}
        to={(one) => `/shipping/${one.shipment_id}`}
        empty={null}
        columns={[
          { head: t('Tracking'), main: true, cell: (one) => <Link className="plain" to={`/shipping/${one.shipment_id}`}>{one.tracking_number}</Link> },
          { head: t('Order'), cell: (one) => `#${one.number}` },
          { head: t('Service'), cell: (one) => one.service },
          { head: t('To'), cell: (one) => `${one.country} ${one.postcode}` },
          { head: t('Weight'), number: true, cell: (one) => `${(one.weight_g / 1000).toFixed(2)} kg` },
        ]}
      />
    </Stack>
  )
}
