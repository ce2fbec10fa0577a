/** What stands on top of a page? Its name, and what can be done on it. */
import { Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'

export function Head({ title, about, children }: { title: string; about?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · OMS`
  }, [title])
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <Stack gap={2}>
        <Title order={1} size="h2">{title}</Title>
        {about && <Text size="sm" component="div" className="quiet">{about}</Text>}
      </Stack>
      <Group gap="xs">{children}</Group>
    </Group>
  )
}
