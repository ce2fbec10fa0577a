/** What comes back? */
import { ScrollArea, SegmentedControl, Text } from '@mantine/core'
import { Link, useSearchParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { money, when } from '@/text/show'
import { t, word } from '@/text/text'

const STATES = ['', 'requested', 'approved', 'label_issued', 'in_transit', 'partially_received', 'received', 'inspected', 'completed', 'declined', 'canceled']

export function Returns() {
  const [query, setQuery] = useSearchParams()
  const status = query.get('status') ?? ''
  const pages = usePages<Of<'Return'>>(['returns', status], async (after) => {
    const page = await got(api.GET('/returns', { params: { query: { status, after } } }))
    return { rows: page.returns, next: page.next }
  })
  return (
    <>
      <Head title={t('Returns')} />
      <ScrollArea type="never" mb="md">
        <SegmentedControl value={status} onChange={(wanted) => setQuery(wanted ? { status: wanted } : {}, { replace: true })} data={STATES.map((value) => ({ value, label: value ? word(value) : t('All') }))} />
      </ScrollArea>
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Returns')}
          rows={pages.rows}
          id={(one) => one.return_id}
          to={(one) => `/returns/${one.return_id}`}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('No return here')} todo={<>{t('A return is opened on the page of a shipped order.')} <Link to="/orders?status=completed">{t('Orders')}</Link></>} />}
          columns={[
            { head: t('Goods'), main: true, cell: (one) => <Link className="plain" to={`/returns/${one.return_id}`}>{one.lines.map((line) => `${line.requested} × ${line.name || line.sku}`).join(', ')}</Link> },
            { head: t('Reason'), cell: (one) => <Text size="sm">{[...new Set(one.lines.map((line) => word(line.reason)))].join(', ')}</Text> },
            { head: t('State'), cell: (one) => <State of={one.status} /> },
            { head: t('Opened'), cell: (one) => when(one.opened_at) },
            { head: t('Refund'), number: true, cell: (one) => (one.refund ? money(one.refund, one.currency) : '–') },
            { head: t('Order'), cell: (one) => <Link to={`/orders/${one.order_id}`}>#{one.number}</Link> },
            { head: t('Problem'), cell: (one) => one.problem && <Text size="sm" c="red">{one.problem}</Text> },
          ]}
        />
      )}
    </>
  )
}
