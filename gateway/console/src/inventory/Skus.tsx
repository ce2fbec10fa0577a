/** What do we keep, and how much of it is where? */
import { Group, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Export } from '@/jobs/Export'
import { ImportLink } from '@/jobs/ImportLink'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { Icon } from '@/parts/Icon'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { count } from '@/text/show'
import { t } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'

export function Skus() {
  const { nameOf } = useWarehouse()
  const [query, setQuery] = useSearchParams()
  const text = query.get('text') ?? ''
  const [typed, setTyped] = useState(text)
  const search = useDebouncedCallback((wanted: string) => setQuery(wanted ? { text: wanted } : {}, { replace: true }), 150)
  const pages = usePages<Of<'SkuView'>>(['skus', text], async (after) => {
    const page = await got(api.GET('/skus', { params: { query: { text, after } } }))
    return { rows: page.skus, next: page.next }
  })
  return (
    <>
      <Head title={t('Inventory')}>
        <Export label={t('Export SKUs')} wish={{ kind: 'export_skus', skus: { text } }} />
        <Export label={t('Export stock')} wish={{ kind: 'export_stock', skus: { text } }} />
        <ImportLink />
      </Head>
      <TextInput
        mb="md" type="search" data-search leftSection={<Icon name="search" />} aria-label={t('Search SKUs')} placeholder={t('SKU, name or barcode …')}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          search(event.currentTarget.value)
        }}
      />
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Inventory')}
          rows={pages.rows}
          id={(one) => one.data.sku}
          to={(one) => `/inventory/${encodeURIComponent(one.data.sku)}`}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={text ? t('No SKU matches') : t('There are no SKUs yet')} todo={t('SKUs come in with a file, or by the API.')} />}
          columns={[
            { head: t('Article'), main: true, cell: (one) => <Link className="plain" to={`/inventory/${encodeURIComponent(one.data.sku)}`}><Text size="sm" fw={500} component="span">{one.data.name}</Text> <Text size="xs" component="span" className="quiet">{one.data.sku}</Text></Link> },
            { head: t('Available'), number: true, cell: (one) => <Text span size="sm" fw={600} c={one.available ? undefined : 'red'}>{count(one.available)}</Text> },
            { head: t('On hand'), number: true, cell: (one) => count(one.stock.reduce((sum, place) => sum + place.on_hand, 0)) },
            { head: t('Where'), cell: (one) => <Group gap="md">{one.stock.map((place) => <Text key={place.warehouse_id} size="sm">{nameOf(place.warehouse_id)} <b className="figure">{count(place.available)}</b></Text>)}</Group> },
            { head: t('Barcodes'), cell: (one) => <Text size="sm" className="figure">{one.data.barcodes.join(', ')}</Text> },
          ]}
        />
      )}
    </>
  )
}
