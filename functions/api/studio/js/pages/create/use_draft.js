import { useState } from "../../../vendor/preact.js";
import { createDraft, isLosing } from "../../lib/draft.js";
import { dropDraft, makeDraftKey, readDraft, storeDraft } from "../../lib/draft_store.js";

/**
 * The draft of this tab, kept until its job exists.
 * @returns {{draft: object, draftKey: string, lost: object | null, change: (next: object) => void,
 *   replace: (next: object) => void, restore: () => void, forgetLost: () => void, drop: () => void}} `draftKey` makes one
 *   job of repeated calls; `replace` puts another plan in place of the draft, which stays in `lost` if words would go
 */
export function useDraft() {
  const [stored] = useState(readDraft);
  const [draft, setDraft] = useState(() => stored?.draft ?? createDraft());
  const [draftKey, setDraftKey] = useState(() => stored?.idempotencyKey ?? makeDraftKey());
  const [lost, setLost] = useState(null);
  const change = (next) => {
    const nextKey = makeDraftKey(); // another plan is another job
    storeDraft(next, nextKey); // at once: a reload may follow
    setDraftKey(nextKey);
    setDraft(next);
  };
  const replace = (next) => {
    setLost(isLosing(draft, next) ? draft : null);
    change(next);
  };
  const restore = () => {
    setLost(null);
    change(lost);
  };
  return { draft, draftKey, lost, change, replace, restore, forgetLost: () => setLost(null), drop: dropDraft };
}
