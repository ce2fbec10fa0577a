/** How are the addresses of an order changed? */
import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { Of } from '@/api/client'
import { isWhole, NOWHERE, Place } from '@/parts/Place'
import { t } from '@/text/text'
import { EditForm } from './EditForm'

type Address = Of<'Address'>

export function EditAddresses({ order }: { order: Of<'Order'> }) {
  const unchanged = { ship_to: order.ship_to, bill_to: order.bill_to }
  const [filled, setFilled] = useState(unchanged)
  const [shipTo, setShipTo] = useState(order.ship_to)
  const [billTo, setBillTo] = useState<Address | null>(order.bill_to)
  const fill = () => { setFilled(unchanged); setShipTo(order.ship_to); setBillTo(order.bill_to) }
  return (
    <EditForm order={order} label={t('Change addresses')} fill={fill} wish={{ ship_to: shipTo, bill_to: billTo }} unchanged={filled}
      whole={isWhole(shipTo) && (billTo === null || isWhole(billTo))}>
      <Place legend={t('Ship to')} address={shipTo} change={setShipTo} />
      <Checkbox label={t('Another address for the invoice')} checked={billTo !== null} disabled={filled.bill_to !== null}
        onChange={(event) => setBillTo(event.currentTarget.checked ? NOWHERE : null)} />
      {billTo && <Place legend={t('Bill to')} address={billTo} change={setBillTo} />}
    </EditForm>
  )
}
