/** What did colleagues write on an order? */
import { Button, Card, Stack, Text, Textarea, Title } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of } from '@/api/client'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { when } from '@/text/show'
import { t } from '@/text/text'
import { who } from './telling'

export function Notes({ order }: { order: Of<'Order'> }) {
  const may = useMay()
  const [text, setText] = useState('')
  const write = useChange(
    (wish: string, header) => got(api.POST('/orders/{order_id}/notes', { params: { path: { order_id: order.order_id }, header }, body: { text: wish } })),
    { refresh: [['order', order.order_id]], done: () => setText('') },
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
          <form onSubmit={(event) => { event.preventDefault(); if (text.trim()) write.mutate(text.trim()) }}>
            <Textarea aria-label={t('Write a note')} placeholder={t('Write a note for colleagues …')} autosize minRows={2} maxLength={4000} value={text} onChange={(event) => setText(event.currentTarget.value)} />
            <Sorry error={write.error} />
            <Button mt="xs" size="xs" variant="light" type="submit" disabled={!text.trim()} loading={write.isPending}>{t('Add the note')}</Button>
          </form>
        )}
      </Stack>
    </Card>
  )
}
