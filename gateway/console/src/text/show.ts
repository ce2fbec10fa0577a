/** How are amounts and times shown to people? */
import { locale, t } from './text'

/** Show minor units of a currency; how many decimals it has, the browser knows. */
export function money(amount: number, currency: string): string {
  const form = new Intl.NumberFormat(locale(), { style: 'currency', currency })
  return form.format(amount / 10 ** decimals(currency))
}

export function decimals(currency: string): number {
  const form = new Intl.NumberFormat('en', { style: 'currency', currency })
  return form.resolvedOptions().maximumFractionDigits ?? 2
}

/** Read what somebody typed as an amount, in minor units; NaN if it is none. */
export function minorUnits(typed: string, currency: string): number {
  const plain = typed.trim().replace(',', '.')
  if (!/^\d+(\.\d+)?$/.test(plain)) return NaN
  const [whole = '', rest = ''] = plain.split('.')
  const places = decimals(currency)
  if (rest.length > places) return NaN
  return Number(whole + rest.padEnd(places, '0'))
}

export function count(value: number): string {
  return value.toLocaleString(locale())
}

/** An amount of no certain currency. */
export function amount(value: number): string {
  return value.toLocaleString(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

export function date(at: Date): string {
  return at.toLocaleDateString(locale(), { dateStyle: 'medium' })
}

export function when(at: string | null | undefined): string {
  if (!at) return '–'
  return new Date(at).toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' })
}

/** A moment in few letters: of this year without the year, of another without the time. */
export function briefly(at: string, now = new Date()): string {
  const moment = new Date(at)
  const day = { day: 'numeric', month: 'short' } as const
  return moment.getFullYear() === now.getFullYear()
    ? moment.toLocaleString(locale(), { ...day, hour: 'numeric', minute: '2-digit' })
    : moment.toLocaleDateString(locale(), { ...day, year: 'numeric' })
}

export function clock(at: string): string {
  return new Date(at).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', second: '2-digit' })
}

export function day(at: string): string {
  return new Date(at).toLocaleDateString(locale(), { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
}

/** How long ago: 3 min, 5 h, 2 d. */
export function age(at: string, now = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - new Date(at).getTime()) / 60_000))
  if (minutes < 1) return t('just now')
  if (minutes < 60) return t('{n} min', { n: minutes })
  if (minutes < 48 * 60) return t('{n} h', { n: Math.floor(minutes / 60) })
  return t('{n} days', { n: Math.floor(minutes / 1440) })
}

/** The same within a sentence: just now, 3 min ago. */
export function ago(at: string, now = Date.now()): string {
  const long = age(at, now)
  return long === t('just now') ? long : t('{ago} ago', { ago: long })
}
