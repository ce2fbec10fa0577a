/** To whom does the order go, and who pays? */
import { Alert, Anchor, Card, Stack, Text, Title } from '@mantine/core'
import type { Of } from '@/api/client'
import { useMay } from '@/shell/session'
import { t, word } from '@/text/text'
import { EditAddresses } from './EditAddresses'
import { who } from './telling'

export function Addresses({ order }: { order: Of<'Order'> }) {
  const { customer } = order
  const may = useMay()
  return (
    <Card>
      <Title order={2} size="h4" mb="sm">{t('Customer')}</Title>
      <Stack gap="sm">
        <div>
          {customer.name && <Text size="sm" fw={500}>{customer.name}</Text>}
          {customer.email && <Text size="sm"><Anchor href={`mailto:${customer.email}`}>{customer.email}</Anchor></Text>}
          {customer.phone && <Text size="sm"><Anchor href={`tel:${customer.phone}`}>{customer.phone}</Anchor></Text>}
        </div>
        <Place title={`${t('Ship to')} · ${word(order.delivery.service)}`} address={order.ship_to} />
        {order.bill_to && <Place title={t('Bill to')} address={order.bill_to} />}
        {order.editing && (
          <Alert color="blue" title={t('The warehouse is asked')}>
            {order.editing.changes.map((one) => <Text key={one.field} size="sm">{word(one.field)}: {one.after}</Text>)}
            <Text size="xs">{order.editing.reason} · {who(order.editing.by)}</Text>
          </Alert>
        )}
        {order.allowed.includes('edit') && may('orders.write') && <EditAddresses order={order} />}
      </Stack>
    </Card>
  )
}

export function Place({ title, address }: { title: string; address: Of<'Address'> }) {
  const lines = [address.name, address.company, address.line1, address.line2, `${address.postcode} ${address.city}`, address.region, address.country, address.phone]
  return (
    <div>
      <Text size="xs" fw={600} className="quiet">{title}</Text>
      {lines.filter((line) => line.trim()).map((line, number) => <Text key={number} size="sm">{line}</Text>)}
    </div>
  )
}
