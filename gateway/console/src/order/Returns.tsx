/** What comes back of an order? */
import { Card, Group, Stack, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import type { Of } from '@/api/client'
import { State } from '@/parts/State'
import { money, when } from '@/text/show'
import { t, word } from '@/text/text'

export function Returns({ returns }: { returns: Of<'Return'>[] | null }) {
  if (!returns?.length) return null
  return (
    <Card>
      <Title order={2} size="h4" mb="sm">{t('Returns')}</Title>
      <Stack gap="sm">
        {returns.map((one) => (
          <div key={one.return_id}>
            <Group justify="space-between">
              <Text size="sm"><Link to={`/returns/${one.return_id}`}>{when(one.opened_at)}</Link></Text>
              <State of={one.status} />
            </Group>
            <Text size="sm">{one.lines.map((line) => `${line.requested} × ${line.name || line.sku} (${word(line.reason)})`).join(', ')}</Text>
            {one.refund > 0 && <Text size="sm" className="quiet">{one.refunded ? t('{amount} refunded', { amount: money(one.refund, one.currency) }) : t('{amount} to be refunded', { amount: money(one.refund, one.currency) })}</Text>}
          </div>
        ))}
      </Stack>
    </Card>
  )
}
