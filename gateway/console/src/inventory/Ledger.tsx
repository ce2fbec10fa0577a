/** Why is this number what it is? Every movement that made it, newest first. */
import { Card, Group, Select, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { who } from '@/order/telling'
import { Busy } from '@/parts/Busy'
import { usePages } from '@/parts/pages'
import { Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { when } from '@/text/show'
import { t, word } from '@/text/text'

const signed = (value: number) => (value ? `${value > 0 ? '+' : '−'}${Math.abs(value)}` : '·')
const THING = /^([a-z]{3})_[0-9A-Z]{26}/

export function Ledger({ sku, warehouse, choose, all, nameOf }: { sku: string; warehouse: string; choose: (warehouse: string) => void; all: { value: string; label: string }[]; nameOf: (warehouse: string) => string }) {
  const pages = usePages<Of<'Movement'>>(['ledger', sku, warehouse], async (after) => {
    const page = await got(api.GET('/skus/{sku}/movements', { params: { path: { sku }, query: { warehouse_id: warehouse, before: Number(after) || 0 } } }))
    return { rows: page.movements, next: page.next ? String(page.next) : '' }
  })
  return (
    <Card>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">{t('Ledger')}</Title>
        <Select size="xs" w={170} aria-label={t('Warehouse')} allowDeselect={false} data={[{ value: '', label: t('All warehouses') }, ...all]} value={warehouse} onChange={(value) => choose(value ?? '')} />
      </Group>
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          bare
          label={t('Ledger')}
          rows={pages.rows}
          id={(one) => String(one.movement_id)}
          more={pages.more}
          busy={pages.busy}
          empty={<Text size="sm">{t('Nothing has moved yet.')}</Text>}
          columns={[
            { head: t('When'), main: true, cell: (one) => <Text size="sm" className="figure" style={{ whiteSpace: 'nowrap' }}>{when(one.at)}</Text> },
            { head: t('What'), cell: (one) => word(one.kind) },
            { head: t('Warehouse'), cell: (one) => nameOf(one.warehouse_id) },
            { head: t('On hand'), number: true, cell: (one) => signed(one.on_hand) },
            { head: t('Reserved'), number: true, cell: (one) => signed(one.reserved) },
            { head: t('Allocated'), number: true, cell: (one) => signed(one.allocated) },
            { head: t('Unavailable'), number: true, cell: (one) => signed(one.unavailable) },
            { head: t('Because of'), cell: (one) => <Because cause={one.cause} reason={one.reason} /> },
            { head: t('Who'), cell: (one) => <Text size="sm">{who(one.actor)}</Text> },
          ]}
        />
      )}
    </Card>
  )
}

function Because({ cause, reason }: { cause: string; reason: string }) {
  const [id, kind] = THING.exec(cause) ?? []
  const named = kind === 'ord' ? <Link to={`/orders/${id}`}>{t('an order')}</Link> : kind === 'ret' ? <Link to={`/returns/${id}`}>{t('a return')}</Link> : kind === 'ful' ? t('a fulfillment order') : id ? cause : word(cause)
  return <Text size="sm" maw={220}>{named}{reason && ` · ${word(reason)}`}</Text>
}
