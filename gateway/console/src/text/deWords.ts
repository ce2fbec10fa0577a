/** What are the words of the API in German: states, reasons, roles? */

export const deWords: Record<string, string> = {
  accepted: 'angenommen', admin: 'Administration', allocated: 'zugeteilt', approved: 'genehmigt', authorized: 'autorisiert',
  backordered: 'im Rückstand', 'bank transfer': 'Überweisung', buyer: 'Einkauf', canceled: 'storniert', capture: 'Einzug', captured: 'eingezogen',
  card: 'Karte', cash: 'bar', channel: 'Kanal', closed: 'gepackt', commit: 'Zusage', completed: 'abgeschlossen', confirm: 'Bestätigung',
  confirmed: 'bestätigt', correction: 'Korrektur', damaged: 'beschädigt', dead: 'aufgegeben', declined: 'abgelehnt', delivered: 'zugestellt', delivery: 'Zustellung',
  duplicate: 'Dublette', exception: 'Störung', expired: 'abgelaufen', express: 'Express', external: 'im Kanal bezahlt', failed: 'gescheitert',
  finance: 'Finanzen', found: 'gefunden', fulfilled: 'versandt', fulfillment: 'Versand', goods: 'Ausbuchung', handover: 'Übergabe',
  'handed over': 'übergeben', history: 'Verlauf', 'in progress': 'in Arbeit', 'in transit': 'unterwegs', incomplete: 'unvollständig', 'initial stock': 'Anfangsbestand',
  inspected: 'geprüft', invoice: 'Rechnung', label: 'Etikett', 'label created': 'Etikett erstellt', 'label issued': 'Etikett ausgegeben', 'label purchased': 'Etikett gekauft',
  lost: 'verloren', missing: 'fehlt', 'not as described': 'nicht wie beschrieben', 'not found': 'nicht gefunden', 'on hold': 'angehalten', open: 'offen',
  order: 'Bestellung', 'order manager': 'Auftragsleitung', other: 'anderes', 'out for delivery': 'in Zustellung', overpaid: 'überzahlt', packed: 'gepackt',
  packer: 'Packen', packing: 'Packen', paid: 'bezahlt', parked: 'geparkt', 'partially delivered': 'teils zugestellt', 'partially fulfilled': 'teils versandt',
  'partially paid': 'teils bezahlt', 'partially received': 'teils eingegangen', 'partially refunded': 'teils erstattet', payment: 'Zahlung', payments: 'Zahlungen',
  pending: 'wartend', picked: 'kommissioniert', picker: 'Kommissionieren', placed: 'eingegangen', quarantine: 'Quarantäne', 'read only': 'nur lesen', received: 'eingegangen',
  refunded: 'erstattet', refurbish: 'aufarbeiten', refused: 'abgelehnt', requested: 'beantragt', 'requires action': 'braucht den Kunden', restock: 'einlagern',
  'restock as b grade': 'als B-Ware einlagern', 'return to vendor': 'zum Lieferanten', returned: 'zurück', 'returned to sender': 'zurück an Absender', returns: 'Retouren',
  routing: 'Zuteilung', sample: 'Muster', scheduled: 'geplant', scrap: 'verschrotten', shipments: 'Sendungen', shipped: 'versandt', shortage: 'Fehlbestand', standard: 'Standard',
  stock: 'Bestand', 'stock take': 'Inventur', taking: 'wird übernommen', theft: 'Diebstahl', 'too large': 'zu groß', 'too small': 'zu klein', 'under way': 'in Arbeit',
  unfulfilled: 'nicht versandt', unpaid: 'unbezahlt', unwanted: 'ungewollt', valid: 'gültig', voided: 'aufgehoben', waiting: 'wartend', 'wrong item': 'falscher Artikel',
  fulfillments: 'Erfüllung', active: 'aktiv', paused: 'angehalten', revoked: 'widerrufen',
  acknowledge: 'Versand melden', cancellations: 'Stornos', files: 'Dateien', pull: 'Abfragen', 'push stock': 'Bestand melden', refunds: 'Erstattungen', webhooks: 'Webhooks',
}
