/** All videos of the caller. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { loadStyle } from "../place.js";
import { makeHash, replaceQuery } from "../router.js";
import { listChoices } from "../lib/languages.js";
import { language, loadTexts, t } from "../text.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox } from "../ui/error_box.js";
import { Select, TextField } from "../ui/field.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { Grid } from "./library/grid.js";
import { useEntries } from "./library/use_entries.js";

await Promise.all([loadTexts("library"), loadStyle("library")]);

const STATES = ["", "success", "running", "pending", "awaiting_approval", "error", "canceled"];
const TYPING_MS = 250;

export default function LibraryPage({ query }) {
  const [words, setWords] = useState(query.get("q") ?? "");
  const filters = { q: query.get("q") ?? "", state: query.get("state") ?? "", language: query.get("language") ?? "" };
  const list = useEntries(filters);
  useEffect(() => {
    const timer = setTimeout(() => words.trim() !== filters.q && replaceQuery({ ...filters, q: words.trim() }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const isFiltered = Object.values(filters).some(Boolean);
  const count = list.total ?? list.entries.length;
  const lead = list.isFirstLoad ? "" : t("library.count", { count });
  return html`<${Page} title=${t("common.library")} lead=${lead} actions=${html`<${Button} kind="primary" icon="plus" href=${makeHash("create")}>${t("library.new")}<//>`}>
    <form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
      <${TextField} label=${t("library.search")} type="search" value=${words} onChange=${setWords} placeholder=${t("library.search_example")} />
      <${Select} label=${t("library.state")} value=${filters.state} options=${STATES.map((one) => [one, one ? t(`common.state_${one}`) : t("library.all")])} onChange=${(state) => replaceQuery({ ...filters, state })} />
      <${Select} label=${t("library.language")} value=${filters.language} options=${[["", t("library.language_all")], ...listChoices(language.get())]} onChange=${(tag) => replaceQuery({ ...filters, language: tag })} />
    </form>
    <div class="visually-hidden" role="status">${!list.isFirstLoad && t("library.count", { count })}</div>
    ${list.isFirstLoad && !list.error && html`<${Loading} />`}
    ${!list.isFirstLoad && !list.entries.length && (isFiltered
      ? html`<${EmptyState} icon="search" title=${t("library.nothing_found")}><${Button} onClick=${() => { setWords(""); replaceQuery({}); }}>${t("library.clear")}<//><//>`
      : html`<${EmptyState} icon="film" title=${t("library.empty")}><p>${t("library.empty_why")}</p><${Button} kind="primary" icon="plus" href=${makeHash("create")}>${t("library.new")}<//><//>`)}
    <${Grid} list=${list} />
    ${list.error && html`<${ErrorBox} error=${list.error} onRetry=${list.entries.length && list.hasMore ? list.loadMore : list.reload} />`}
  <//>`;
}
