/** How does a parcel leave? Somebody gives it to the carrier, and says so. */
import { Button } from '@mantine/core'
import { api, got, type Of } from '@/api/client'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'

export function HandOver({ shipment, size }: { shipment: Of<'Shipment'>; size?: string }) {
  const may = useMay()
  const act = useChange(
    (_: null, header) => got(api.POST('/shipments/{shipment_id}/handover', { params: { path: { shipment_id: shipment.shipment_id }, header } })),
    { refresh: [['shipments'], ['shipment', shipment.shipment_id]], says: t('The carrier has it.') },
  )
  if (shipment.return_id) return null // it is the customer who gives it to the carrier
  if (!shipment.allowed.includes('hand_over') || !may('shipping.write')) return null
  return (
    <>
      <Button size={size} variant="light" loading={act.isPending} onClick={() => act.mutate(null)}>{t('Hand over')}</Button>
      <Sorry error={act.error} />
    </>
  )
}
