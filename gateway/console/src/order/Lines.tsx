/** What was ordered, and in which state is each piece? */
import { Badge, Card, Group, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import type { Of } from '@/api/client'
import { Rows } from '@/parts/Rows'
import { useMay } from '@/shell/session'
import { money } from '@/text/show'
import { t, word } from '@/text/text'
import { EditLines } from './EditLines'

const STATES = ['open', 'backordered', 'allocated', 'picked', 'packed', 'shipped', 'delivered', 'returned', 'canceled'] as const
const COLORS: Partial<Record<(typeof STATES)[number], string>> = {
  open: 'yellow', backordered: 'red', shipped: 'teal', delivered: 'teal', returned: 'gray', canceled: 'gray',
}

export function Lines({ order }: { order: Of<'Order'> }) {
  const may = useMay()
  return (
    <Card>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">{t('Lines')}</Title>
        {order.allowed.includes('edit_lines') && may('orders.write') && <EditLines order={order} />}
      </Group>
      <Rows
        bare
        label={t('Lines')}
        rows={order.lines}
        id={(line) => line.line_id}
        empty={null}
        columns={[
          { head: t('Article'), main: true, cell: (line) => <><Text size="sm" fw={500}>{line.name || line.sku}</Text><Text size="xs"><Link to={`/inventory/${encodeURIComponent(line.sku)}`}>{line.sku}</Link></Text></> },
          { head: t('Ordered'), number: true, cell: (line) => line.ordered },
          {
            head: t('Where they are'),
            cell: (line) => (
              <Group gap={4}>
                {STATES.filter((state) => line[state] > 0).map((state) => <Badge key={state} color={COLORS[state] ?? 'blue'}>{line[state]} {word(state)}</Badge>)}
              </Group>
            ),
          },
          { head: t('Each'), number: true, cell: (line) => money(line.unit_price, order.currency) },
          { head: t('Discount'), number: true, cell: (line) => (line.discount ? money(-line.discount, order.currency) : '–') },
          { head: t('Tax'), number: true, cell: (line) => money(line.tax, order.currency) },
          { head: t('Total'), number: true, cell: (line) => money(line.total, order.currency) },
        ]}
      />
    </Card>
  )
}
