/** How are counts drawn? As bars with their numbers, each a way to what it counts. */
import { Group, Text, VisuallyHidden } from '@mantine/core'
import { Link } from 'react-router'
import { count } from '@/text/show'

interface Bar {
  name: string
  count: number
  more: boolean
  /** How many of them are done. */
  part?: number
  to: string
}

interface Drawn {
  bars: Bar[]
  upright?: boolean
  warm?: boolean
  /** What the bars are, and what their dark parts are. */
  whole?: string
  part?: string
}

export function Bars({ bars, upright, warm, whole, part }: Drawn) {
  const most = Math.max(1, ...bars.map((bar) => bar.count))
  if (upright) return <><Columns bars={bars} most={most} />{whole && part && <Legend whole={whole} part={part} />}</>
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
const PALE = 'var(--mantine-color-blue-2)'

function Columns({ bars, most }: { bars: Bar[]; most: number }) {
  return (
    <Group gap={4} align="flex-end" wrap="nowrap">
      {bars.map((bar, number) => {
        const high = bar.count ? Math.max(3, (bar.count / most) * TALL) : 1
        return (
          <Link key={bar.name} to={bar.to} className="plain" style={{ flex: 1, minWidth: 0, textAlign: 'center' }} title={`${bar.name}: ${bar.count}${bar.part === undefined ? '' : ` / ${bar.part}`}`}>
            <Text size="xs" className="figure">{bar.count || ''}</Text>
            <svg width="100%" height={high} aria-hidden="true">
              <rect width="100%" height={high} rx="3" fill={bar.part === undefined ? 'var(--mantine-primary-color-filled)' : PALE} />
              {!!bar.part && <rect width="100%" y={high - (high * bar.part) / bar.count} height={(high * bar.part) / bar.count} rx="3" fill="var(--mantine-primary-color-filled)" />}
            </svg>
            <Text size="xs" className="quiet" style={{ whiteSpace: 'nowrap' }}>{number % 2 === bars.length % 2 ? <>{'\u00a0'}<VisuallyHidden>{bar.name}</VisuallyHidden></> : bar.name}</Text>
          </Link>
        )
      })}
    </Group>
  )
}

function Legend({ whole, part }: { whole: string; part: string }) {
  return (
    <Group gap="md" mt="xs">
      {[[PALE, whole], ['var(--mantine-primary-color-filled)', part]].map(([color, name]) => (
        <Group key={name} gap={6}><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" rx="3" fill={color} /></svg><Text size="xs" className="quiet">{name}</Text></Group>
      ))}
    </Group>
  )
}
