/** Which transfers wait for a decision? A statement is imported here, and what is not sure is booked. */
import { Alert, Autocomplete, Badge, FileButton, Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { transfers, type Transfer } from '@/api/transfers'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { money } from '@/text/show'
import { t, word } from '@/text/text'

const LIST = ['bank-transfers']
const STATES = ['suggested', 'open', 'booked', 'dismissed']

export function Transfers() {
  const write = useMay()('money.write')
  const [state, setState] = useState('suggested')
  const asked = usePages([...LIST, state], (after) => transfers.page(state, after))
  const read = useChange((content: string, key) => transfers.read(content, key), { refresh: [LIST] })
  return (
    <Stack>
      <Group>
        <SegmentedControl aria-label={t('State')} data={STATES.map((value) => ({ value, label: word(value) }))} value={state} onChange={setState} />
        {write && (
          <FileButton accept=".xml,.csv,.txt" onChange={(file) => void file?.text().then((content) => read.mutate(content))}>
            {(props) => <Button variant="default" loading={read.isPending} {...props}>{t('Import a statement')}</Button>}
          </FileButton>
        )}
      </Group>
      <Sorry error={read.error ?? asked.error} again={read.error ? undefined : asked.again} />
      {read.data && <Alert color="teal" title={t('The statement is imported.')}>{t('{booked} booked, {suggested} suggested, {open} open, {known} known before.', { booked: read.data.booked, suggested: read.data.suggested, open: read.data.open, known: read.data.known })}</Alert>}
      {asked.pending ? <Busy /> : (
        <Rows
          label={t('Bank transfers')} rows={asked.rows} id={(one) => one.transfer_id} more={asked.more}
          empty={<Empty title={t('No transfer waits here')} todo={t('Import a statement of your bank: what names an order and fits is booked by itself.')} />}
          columns={[
            { head: t('Payer'), main: true, cell: (one) => <><Text size="sm" fw={600}>{one.payer || '–'}</Text><Text size="xs" className="quiet">{one.text}</Text></> },
            { head: t('Day'), cell: (one) => one.booked_on },
            { head: t('Amount'), cell: (one) => money(one.amount.amount, one.amount.currency) },
            { head: t('State'), cell: (one) => <><Badge variant="light">{word(one.state)}</Badge>{one.remark && <Text size="xs">{one.remark}</Text>}</> },
            { head: t('Order'), cell: (one) => (one.order_id ? <Link to={`/orders/${one.order_id}`}>{t('Show the order')}</Link> : '') },
            { head: t('Now'), cell: (one) => write && ['open', 'suggested'].includes(one.state) && <Decide of={one} /> },
          ]}
        />
      )}
    </Stack>
  )
}

function Decide({ of }: { of: Transfer }) {
  const [order, setOrder] = useState(of.suggestions[0] ?? '')
  const [reason, setReason] = useState('')
  const book = useChange((id: string, key) => transfers.book(of.transfer_id, id, key), { refresh: [LIST], says: t('It is booked.') })
  const dismiss = useChange((why: string, key) => transfers.dismiss(of.transfer_id, why, key), { refresh: [LIST], says: t('It is put aside.') })
  return (
    <Group gap={4}>
      <Ask label={t('Book')} does={t('Book')} size="xs" act={book} ready={!!order} submit={() => book.mutate(order)}>
        <Autocomplete label={t('Order')} description={t('Its id, ord_…; the suggestions fit somehow.')} required data={of.suggestions} value={order} onChange={setOrder} />
      </Ask>
      <Ask label={t('Put aside')} does={t('Put aside')} size="xs" variant="subtle" act={dismiss} ready={!!reason} submit={() => dismiss.mutate(reason)}>
        <TextInput label={t('Reason')} required value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      </Ask>
    </Group>
  )
}
