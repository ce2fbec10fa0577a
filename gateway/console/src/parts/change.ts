/** How is something changed? Under one key until it is decided, so that it is never done twice. */
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { newKey } from '@/api/key'
import { Problem } from '@/api/problem'
import { t } from '@/text/text'

interface Options<Answer> {
  done?: (answer: Answer) => void
  says?: string
  refresh?: readonly (readonly unknown[])[]
}

/** Make a change: `act` gets the wish and its key; what passes is tried again under that key. */
export function useChange<Wish, Answer>(
  act: (wish: Wish, key: { 'Idempotency-Key': string }) => Promise<Answer>,
  { done, says, refresh = [] }: Options<Answer> = {},
) {
  const cache = useQueryClient()
  const key = useRef('')
  const wished = useRef('')
  return useMutation<Answer, Error, Wish>({
    networkMode: 'always', // without a network it is said at once
    mutationFn: (wish) => {
      const said = JSON.stringify(wish) ?? ''
      if (!key.current || said !== wished.current) key.current = newKey()
      wished.current = said
      return act(wish, { 'Idempotency-Key': key.current })
    },
    retry: (times, error) => error instanceof Problem && error.passes && times < 3,
    retryDelay: (times) => 500 * 2 ** times * (0.75 + Math.random() / 2),
    onSuccess: async (answer) => {
      key.current = ''
      if (says) notifications.show({ message: says, color: 'teal', closeButtonProps: { 'aria-label': t('Close') } })
      done?.(answer)
      await Promise.all(refresh.map((queryKey) => cache.invalidateQueries({ queryKey })))
    },
    onError: (error) => {
      if (!(error instanceof Problem && error.passes)) key.current = ''
      if (error instanceof Problem && error.kind === 'stale') {
        void Promise.all(refresh.map((queryKey) => cache.invalidateQueries({ queryKey })))
      }
    },
  })
}
