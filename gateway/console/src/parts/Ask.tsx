/** How does one do something that needs a word more? A button opens a form; the answer closes it. */
import { Button, Group, Modal, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type ReactNode, useEffect } from 'react'
import { t } from '@/text/text'
import { Sorry } from './Sorry'

interface Act {
  isPending: boolean
  isSuccess: boolean
  error: unknown
  reset: () => void
}

interface Asked {
  label: string
  title?: string
  does: string
  color?: string
  variant?: string
  size?: string
  act: Act
  submit: () => void
  ready?: boolean
  wide?: boolean
  opened?: () => void
  children: ReactNode
}

export function Ask({ label, title, does, color, variant = 'default', size, act, submit, ready = true, wide, opened, children }: Asked) {
  const [open, { open: show, close }] = useDisclosure(false)
  useEffect(() => {
    if (act.isSuccess) close()
  }, [act.isSuccess, close])
  return (
    <>
      <Button variant={variant} color={variant === 'default' ? undefined : color} size={size} onClick={() => { act.reset(); opened?.(); show() }}>{label}</Button>
      <Modal opened={open} onClose={close} title={title ?? label} size={wide ? 'lg' : 'md'} closeButtonProps={{ 'aria-label': t('Close') }}>
        <form onSubmit={(event) => { event.preventDefault(); if (ready) submit() }}>
          <Stack>
            {children}
            <Sorry error={act.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>{t('Not now')}</Button>
              <Button type="submit" color={color} disabled={!ready} loading={act.isPending}>{does}</Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
