import { expect, test } from 'vitest'
import { standing } from './standing'

const run = { step: 'payment', phase: 'forward', problem: '', steps: ['stock', 'payment', 'confirm'] }
const drawn = (change: Partial<typeof run>) => run.steps.map((_, number) => standing({ ...run, ...change }, number))

test('what is behind an order is done, what it waits for is marked, the rest lies ahead', () => {
  expect(drawn({})).toEqual(['done', 'here', 'ahead'])
})

test('a step that waits for a person is drawn as stuck', () => {
  expect(drawn({ phase: 'waiting' })).toEqual(['done', 'stuck', 'ahead'])
  expect(drawn({ problem: 'The card was declined.' })).toEqual(['done', 'stuck', 'ahead'])
})

test('a journey that has ended has all its steps behind it, one that was given back none', () => {
  expect(drawn({ phase: 'done', step: '' })).toEqual(['done', 'done', 'done'])
  expect(drawn({ phase: 'compensated', step: '' })).toEqual(['ahead', 'ahead', 'ahead'])
})
