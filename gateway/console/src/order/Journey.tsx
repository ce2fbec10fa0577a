/** How far has an order come? The steps are the server's; here they are only drawn. */
import { Card, Stack, Text } from '@mantine/core'
import type { Of } from '@/api/client'
import { when } from '@/text/show'
import { t, word } from '@/text/text'
import { standing } from './standing'

export function Journey({ order }: { order: Of<'Order'> }) {
  if (!order.journey.length) return null
  return (
    <Card>
      <Stack gap="md">
        {order.journey.map((run) => (
          <div key={run.run_id}>
            <Text size="sm" fw={600} mb={6}>
              {word(run.saga)}
              {run.phase === 'backward' && ` – ${t('is given back')}`}
              {run.phase === 'compensated' && ` – ${t('was given back')}`}
              {run.phase === 'waiting' && ` – ${t('waits for a person')}`}
            </Text>
            <ol className="journey" aria-label={word(run.saga)}>
              {run.steps.map((step, number) => {
                const stands = standing(run, number)
                return (
                  <li key={step} data-stands={stands} aria-current={stands === 'here' || stands === 'stuck' ? 'step' : undefined}>
                    <span className="dot" />{word(step)}
                  </li>
                )
              })}
            </ol>
            {run.problem && <Text size="sm" c="red" mt={6}>{run.problem}</Text>}
            {run.deadline && !['done', 'compensated'].includes(run.phase) && (
              <Text size="xs" className="quiet" mt={6}>{t('due {when}', { when: when(run.deadline) })}{run.attempts > 1 && ` · ${t('{n} tries', { n: run.attempts })}`}</Text>
            )}
          </div>
        ))}
      </Stack>
    </Card>
  )
}
