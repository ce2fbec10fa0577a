/** How is a scan answered without looking? By sound and by vibration. */

let audio: AudioContext | undefined

function tone(frequency: number, from: number, seconds: number, kind: OscillatorType = 'sine') {
  try {
    audio ??= new AudioContext()
    const at = audio.currentTime + from
    const [oscillator, volume] = [audio.createOscillator(), audio.createGain()]
    oscillator.type = kind
    oscillator.frequency.value = frequency
    volume.gain.setValueAtTime(0.25, at)
    volume.gain.exponentialRampToValueAtTime(0.001, at + seconds)
    oscillator.connect(volume).connect(audio.destination)
    oscillator.start(at)
    oscillator.stop(at + seconds)
  } catch {
    // a machine without sound still has the color
  }
}

export function good() {
  tone(1320, 0, 0.12)
  navigator.vibrate?.(40)
}

export function bad() {
  tone(180, 0, 0.25, 'square')
  tone(140, 0.28, 0.4, 'square')
  navigator.vibrate?.([250, 80, 250])
}

export function finished() {
  tone(880, 0, 0.12)
  tone(1175, 0.13, 0.12)
  tone(1568, 0.26, 0.2)
  navigator.vibrate?.([60, 40, 60, 40, 120])
}
