/** What does one see where there is no page, or where a page broke? */
import { Anchor, Button, Center, Stack, Text, Title } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { Link, useRouteError } from 'react-router'
import { unreachable } from '@/api/problem'
import { Sorry } from '@/parts/Sorry'
import { t } from '@/text/text'

export function NotFound() {
  return (
    <Stack align="flex-start">
      <Title order={1} size="h2">{t('There is no such page')}</Title>
      <Anchor component={Link} to="/">{t('Go to the dashboard')}</Anchor>
    </Stack>
  )
}

/** A page that broke, or that could not be loaded; it loads again by itself when the connection is back. */
export function Broken() {
  const error = useRouteError()
  const { online } = useNetwork()
  const [away] = useState(!online)
  useEffect(() => {
    if (away && online) window.location.reload()
  }, [away, online])
  if (away) return <Center h="100vh" p="md"><Sorry error={unreachable()} /></Center>
  return (
    <Center h="100vh" p="md">
      <Stack maw={420}>
        <Title order={1} size="h2">{t('This page broke')}</Title>
        <Text>{error instanceof Error ? error.message : String(error)}</Text>
        <Button onClick={() => window.location.reload()}>{t('Load it again')}</Button>
      </Stack>
    </Center>
  )
}
