/** Keep the draft of this tab until its job exists. */

const KEY = "sutradhar.draft";

/** Return the stored draft {draft, idempotencyKey}, or null. */
export function readDraft() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY));
    return stored?.draft?.plan ? stored : null;
  } catch {
    return null;
  }
}

/** Store the draft. The key makes one job of repeated clicks and repeated calls. */
export function storeDraft(draft, idempotencyKey) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ draft, idempotencyKey }));
  } catch {
    // without storage the draft lasts as long as the page
  }
}

/** Forget the draft. */
export function dropDraft() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // nothing was stored
  }
}

/** Return a new key for a draft. */
export function makeDraftKey() {
  return `studio-${crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`}`;
}
