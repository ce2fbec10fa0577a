/** Which code does the camera see? The browser reads it, or, where it cannot, a library that is loaded then. */

export type Reader = (video: HTMLVideoElement) => Promise<string | undefined>

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>
}
declare global {
  interface Window {
    BarcodeDetector?: new () => Detector
  }
}

/** Whether there is a camera that may be asked for: browsers give it to safe addresses only. */
export const hasCamera = () => typeof navigator.mediaDevices?.getUserMedia === 'function'

export async function newReader(): Promise<Reader> {
  if (window.BarcodeDetector) {
    const detector = new window.BarcodeDetector()
    return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue
  }
  return (await import('./zxing')).zxingReader()
}
