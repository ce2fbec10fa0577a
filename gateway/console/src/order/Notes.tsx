/** What did colleagues write on an order? */
import { Button, Card, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of } from '@/api/client'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { when } from '@/text/show'
import { t } from '@/text/text'
import { type Colleague, mentioned } from './mentions'
import { NoteField } from './NoteField'
import { who } from './telling'

export function Notes({ order }: { order: Of<'Order'> }) {
  const may = useMay()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<Colleague[]>([])
  const write = useChange(
    (body: { text: string; mentions: string[] }, header) => got(api.POST('/orders/{order_id}/notes', { params: { path: { order_id: order.order_id }, header }, body })),
    { refresh: [['order', order.order_id]], done: () => { setText(''); setChosen([]) } },
  )
  return (
    <Card>
      <Title order={2} size="h4" mb="sm">{t('Notes')}</Title>
      <Stack gap="sm">
        {order.notes.map((note) => (
          <div key={note.at}>
            <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>{note.text}</Text>
            <Text size="xs" className="quiet">{who(note.by)} · {when(note.at)}</Text>
          </div>
        ))}
        {order.allowed.includes('note') && may('orders.write') && (
          <form onSubmit={(event) => { event.preventDefault(); if (text.trim()) write.mutate({ text: text.trim(), mentions: mentioned(text, chosen) }) }}>
            <NoteField channel={order.channel} text={text} write={setText} choose={(one) => setChosen([...chosen, one])} />
            <Sorry error={write.error} />
            <Button mt="xs" size="xs" variant="light" type="submit" disabled={!text.trim()} loading={write.isPending}>{t('Add the note')}</Button>
          </form>
        )}
      </Stack>
    </Card>
  )
}
