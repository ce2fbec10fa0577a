import { expect, test } from 'vitest'
import { asked, mentioned, named } from './mentions'

const ANN = { user_id: 'usr_1', name: 'Ann' }
const ANN_LEE = { user_id: 'usr_2', name: 'Ann Lee' }

test('an @ and the beginning of a name asks', () => {
  expect(asked('@', 1)).toBe('')
  expect(asked('look @an', 8)).toBe('an')
  expect(asked('look\n@Jö', 8)).toBe('Jö')
})

test('an address, or an @ that is behind us, asks for nobody', () => {
  expect(asked('ann@example', 11)).toBeNull()
  expect(asked('@Ann look', 9)).toBeNull()
  expect(asked('look @an', 4)).toBeNull()
})

test('the name takes the place of what was typed', () => {
  expect(named('hi @an, look', 6, 'Ann Lee')).toEqual(['hi @Ann Lee , look', 12])
  expect(named('hi @an look', 6, 'Ann Lee')).toEqual(['hi @Ann Lee look', 12])
  expect(named('nobody', 6, 'Ann')).toEqual(['nobody', 6])
})

test('whoever was deleted again is not told, and a longer name is not the shorter one', () => {
  expect(mentioned('hi @Ann Lee', [ANN, ANN_LEE])).toEqual(['usr_2'])
  expect(mentioned('hi @Ann Lee and @Ann', [ANN, ANN_LEE, ANN]).sort()).toEqual(['usr_1', 'usr_2'])
  expect(mentioned('hi', [ANN, ANN_LEE])).toEqual([])
})
