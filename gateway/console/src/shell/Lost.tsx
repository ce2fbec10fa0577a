/** What does one see where there is no page, or where a page broke? */
import { Anchor, Button, Center, Stack, Text, Title } from '@mantine/core'
import { Link, useRouteError } from 'react-router'
import { t } from '@/text/text'

export function NotFound() {
  return (
    <Stack align="flex-start">
      <Title order={1} size="h2">{t('There is no such page')}</Title>
      <Anchor component={Link} to="/">{t('Go to the dashboard')}</Anchor>
    </Stack>
  )
}

export function Broken() {
  const error = useRouteError()
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
