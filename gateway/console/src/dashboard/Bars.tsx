/** How are counts drawn? As bars with their numbers, each a way to what it counts. */
import { Group, Text, VisuallyHidden } from '@mantine/core'
import { Link } from 'react-router'
import { count } from '@/text/show'

interface Bar {
  name: string
  count: number
  more: boolean
  to: string
}

export function Bars({ bars, upright, warm }: { bars: Bar[]; upright?: boolean; warm?: boolean }) {
  const most = Math.max(1, ...bars.map((bar) => bar.count))
  if (upright) return <Columns bars={bars} most={most} />
  return (
    <div className="bars">
      {bars.map((bar, number) => (
        <Link key={bar.name} to={bar.to} className="plain">
          <Group justify="space-between"><Text size="sm">{bar.name}</Text><Text size="sm" fw={600} className="figure">{count(bar.count)}{bar.more && '+'}</Text></Group>
          <svg width="100%" height="8" aria-hidden="true">
            <rect width="100%" height="8" rx="4" fill="var(--mantine-color-default-hover)" />
            <rect width={`${(bar.count / most) * 100}%`} height="8" rx="4" fill={warm ? HEAT[number] : 'var(--mantine-primary-color-filled)'} />
          </svg>
        </Link>
      ))}
    </div>
  )
}

const HEAT = ['teal', 'yellow', 'orange', 'red'].map((color) => `var(--mantine-color-${color}-6)`)
const TALL = 130

function Columns({ bars, most }: { bars: Bar[]; most: number }) {
  return (
    <Group gap={4} align="flex-end" wrap="nowrap">
      {bars.map((bar, number) => {
        const high = bar.count ? Math.max(3, (bar.count / most) * TALL) : 1
        return (
          <Link key={bar.name} to={bar.to} className="plain" style={{ flex: 1, minWidth: 0, textAlign: 'center' }} title={`${bar.name}: ${bar.count}`}>
            <Text size="xs" className="figure">{bar.count || ''}</Text>
            <svg width="100%" height={high} aria-hidden="true"><rect width="100%" height={high} rx="3" fill="var(--mantine-primary-color-filled)" /></svg>
            <Text size="xs" className="quiet" style={{ whiteSpace: 'nowrap' }}>{number % 2 === bars.length % 2 ? <>{'\u00a0'}<VisuallyHidden>{bar.name}</VisuallyHidden></> : bar.name}</Text>
          </Link>
        )
      })}
    </Group>
  )
}
