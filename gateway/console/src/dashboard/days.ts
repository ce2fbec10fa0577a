/** Which days are counted? Those of the person who looks, from midnight to midnight. */
import { locale } from '@/text/text'

/** Midnight so many days ago, as a moment. */
export function dayBefore(days: number, now = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString()
}

/** So many full hours ago, as a moment. */
export function hoursBefore(hours: number, now = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate(), now.getHours() - hours).toISOString()
}

/** The last so many days, oldest first, today included. */
export function lastDays(many: number, now = new Date()) {
  return Array.from({ length: many }, (_, number) => many - 1 - number).map((ago) => ({
    name: new Date(dayBefore(ago, now)).toLocaleDateString(locale(), { day: 'numeric', month: 'numeric' }),
    filter: { placed_from: dayBefore(ago, now), placed_to: dayBefore(ago - 1, now) },
  }))
}
