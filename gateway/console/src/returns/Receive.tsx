/** What has arrived of a return? */
import { Button, Card, Group, NumberInput, Select, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { ifMatch } from '@/order/match'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { t } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'
import { refreshed } from './Return'

export function Receive({ one }: { one: Of<'Return'> }) {
  const { all, warehouse } = useWarehouse()
  const [chosen, setPlace] = useState('')
  const place = chosen || one.warehouse_id || warehouse || (all[0]?.warehouse_id ?? '')
  const [pieces, setPieces] = useState<Record<string, number>>({})
  const lines = one.lines.map((line) => ({ line_id: line.line_id, quantity: pieces[line.line_id] ?? line.requested - line.received })).filter((line) => line.quantity > 0)
  const act = useChange(
    (body: Omit<Schemas['ReceiveReturnBody'], 'receipt_id'>, key) => got(api.POST('/returns/{return_id}/receipts', {
      params: { path: { return_id: one.return_id }, header: { ...key, ...ifMatch(one) } }, body: { ...body, receipt_id: key['Idempotency-Key'] },
    })),
    { refresh: refreshed(one), done: () => setPieces({}), says: t('It is received.') },
  )
  return (
    <Card>
      <Title order={2} size="h4" mb="sm">{t('What has arrived?')}</Title>
      <Stack gap="sm">
        <Select label={t('Warehouse')} maw={260} allowDeselect={false} data={all.map((warehouse) => ({ value: warehouse.warehouse_id, label: warehouse.name }))} value={place} onChange={(value) => setPlace(value ?? '')} />
        {one.lines.map((line) => (
          <Group key={line.line_id} justify="space-between" wrap="nowrap">
            <Text size="sm">{line.name || line.sku}</Text>
            <NumberInput w={100} min={0} aria-label={line.sku} value={pieces[line.line_id] ?? line.requested - line.received} onChange={(value) => setPieces({ ...pieces, [line.line_id]: Number(value) })} />
          </Group>
        ))}
        <Sorry error={act.error} />
        <Group><Button disabled={!lines.length || !place} loading={act.isPending} onClick={() => act.mutate({ warehouse_id: place, lines })}>{t('Receive')}</Button></Group>
      </Stack>
    </Card>
  )
}
