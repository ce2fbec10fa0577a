/** How are barcodes read where the browser cannot? By ZXing; this file is loaded only then. */
import { BinaryBitmap, DecodeHintType, HTMLCanvasElementLuminanceSource, HybridBinarizer, MultiFormatReader } from '@zxing/library'
import type { Reader } from './camera'

// enough for a barcode that fills half the picture, and fast on a phone
const WIDEST = 800

export function zxingReader(): Reader {
  const reader = new MultiFormatReader()
  reader.setHints(new Map([[DecodeHintType.TRY_HARDER, true]]))
  const canvas = document.createElement('canvas')
  const paper = canvas.getContext('2d', { willReadFrequently: true })
  return async (video) => {
    if (!paper || !video.videoWidth) return undefined
    const scale = Math.min(1, WIDEST / video.videoWidth)
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    paper.drawImage(video, 0, 0, canvas.width, canvas.height)
    try {
      return reader.decodeWithState(new BinaryBitmap(new HybridBinarizer(new HTMLCanvasElementLuminanceSource(canvas)))).getText()
    } catch {
      return undefined // nothing to be read in this picture
    }
  }
}
