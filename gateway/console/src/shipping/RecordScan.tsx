/** How is it known where a parcel is whose carrier tells nothing? Somebody says so. */
import { Group, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { useMay } from '@/shell/session'
import { t, word } from '@/text/text'

type Body = Schemas['RecordScanBody']

const STATUSES = ['in_transit', 'out_for_delivery', 'delivered', 'exception', 'returned_to_sender', 'lost'] as const

export function RecordScan({ shipment, number }: { shipment: Of<'Shipment'>; number: string }) {
  const may = useMay()
  const [status, setStatus] = useState<Body['status']>('delivered')
  const [place, setPlace] = useState('')
  const act = useChange(
    (body: Body, header) => got(api.POST('/shipments/{shipment_id}/scans', { params: { path: { shipment_id: shipment.shipment_id }, header }, body })),
    { refresh: [['shipments'], ['shipment', shipment.shipment_id]], says: t('It is recorded.') },
  )
  if (!shipment.allowed.includes('label') || !may('shipping.write')) return null
  return (
    <Group mt="sm">
      <Ask label={t('Record where it is')} size="xs" variant="subtle" does={t('Record')} act={act} submit={() => act.mutate({ tracking_number: number, status, place })}>
        <Select label={t('State')} allowDeselect={false} data={STATUSES.map((value) => ({ value, label: word(value) }))} value={status} onChange={(chosen) => setStatus((chosen ?? 'delivered') as Body['status'])} />
        <TextInput label={t('Place')} value={place} onChange={(event) => setPlace(event.currentTarget.value)} />
      </Ask>
    </Group>
  )
}
