/** What does one see while something takes its time? */
import { Group, Loader, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { t } from '@/text/text'

/** A sign of work; after a second it says so in words. */
export function Busy({ text }: { text?: string }) {
  const [long, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 1000)
    return () => clearTimeout(timer)
  }, [])
  return (
    <Group gap="sm" py="xl" justify="center" role="status">
      <Loader size="sm" />
      <Text size="sm" className="quiet">{long ? (text ?? t('This takes a moment …')) : ''}</Text>
    </Group>
  )
}
