/** Which styles does the page's policy let in? Those with the nonce that the gateway put into it. */

export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? ''
}
