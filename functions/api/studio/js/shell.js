/** The frame around every page: menu, language, colours, connection, messages. */
import { html, useEffect, useErrorBoundary, useState } from "../vendor/preact.js";
import { isConnected } from "./api.js";
import { MENU, MENU_OF } from "./menu.js";
import { preloadPage } from "./preload.js";
import { makeHash, place } from "./router.js";
import { apiKey, signOut, signOuts } from "./session.js";
import { SignInDialog } from "./sign_in.js";
import { useStore } from "./store.js";
import { LANGUAGES, language, setLanguage, t } from "./text.js";
import { theme } from "./theme.js";
import { useWaiting } from "./waiting.js";
import { Messages } from "./ui/announce.js";
import { Button } from "./ui/button.js";
import { ConfirmDialog } from "./ui/confirm.js";
import { ErrorBox } from "./ui/error_box.js";
import { Icon } from "./ui/icon.js";
import { Loading } from "./ui/loading.js";

const THEMES = ["system", "light", "dark"];

/** The whole studio. */
export function Shell() {
  const shown = useStore(place);
  const visit = useStore(signOuts);
  useStore(language);
  useStore(theme);
  return html`
    <a class="skip" href="#main" onClick=${skipMenu}>${t("common.skip")}</a>
    <div class="shell">
      <header class="side">
        <a class="brand" href="#/create"><${Logo} /><span>Sutradhar</span></a>
        <${Menu} current=${shown.route?.name} />
        <${Tools} />
      </header>
      <div>
        <${ConnectionBanner} />
        <main class="main" id="main" tabindex="-1"><${CurrentPage} key=${`${visit} ${keyOf(shown)}`} place=${shown} /></main>
      </div>
    </div>
    <${Messages} /><${ConfirmDialog} /><${SignInDialog} />`;
}

/** A page is drawn anew when another page or another thing is opened, not when its query changes. */
function keyOf({ route, params }) {
  return JSON.stringify([route?.name, params]);
}

function skipMenu(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function Logo() {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#6b3fc9" /><path d="M8 5v7M16 4v6M24 5v7" stroke="#fff" stroke-opacity=".75" stroke-width="1.6" stroke-linecap="round" /><path d="M12 12.5v12a1 1 0 0 0 1.52.85l9.6-6a1 1 0 0 0 0-1.7l-9.6-6A1 1 0 0 0 12 12.5z" fill="#fff" /></svg>`;
}

function Menu({ current }) {
  const waiting = useWaiting();
  const mark = (name) => (current === name ? "page" : MENU_OF[current] === name ? "true" : undefined);
  const isInMore = MENU.some(({ name, isWide }) => isWide && (current === name || MENU_OF[current] === name));
  return html`<nav class="menu" aria-label=${t("common.menu")}>
    ${MENU.map(({ name, icon, isWide }) => html`
      <a key=${name} class=${isWide ? "menu-wide" : ""} href=${makeHash(name)} aria-current=${mark(name)}>
        <${Icon} name=${icon} />${t(`common.${name}`)}${name === "approvals" && waiting > 0 && html`<span class="menu-count"><span aria-hidden="true">${waiting}</span><span class="visually-hidden">${t("common.waiting", { count: waiting })}</span></span>`}
      </a>`)}
    <a class="menu-more" href=${makeHash("more")} aria-current=${mark("more") ?? (isInMore ? "true" : undefined)}><${Icon} name="dots" />${t("common.more")}</a>
  </nav>`;
}

function Tools() {
  const key = useStore(apiKey);
  const codes = Object.keys(LANGUAGES);
  const next = codes[(codes.indexOf(language.get()) + 1) % codes.length];
  const nextTheme = THEMES[(THEMES.indexOf(theme.get()) + 1) % THEMES.length];
  const icon = { system: "screen", light: "sun", dark: "moon" }[theme.get()];
  const label = t("common.theme_label", { theme: t(`common.theme_${theme.get()}`) });
  return html`<div class="tools">
    <${Button} kind="quiet" lang=${next} onClick=${() => setLanguage(next)}>${LANGUAGES[next]}<//>
    <${Button} kind="quiet" icon=${icon} label=${label} onClick=${() => theme.set(nextTheme)} />
    ${key && html`<${Button} kind="quiet" icon="leave" label=${t("common.sign_out")} onClick=${signOut} />`}
  </div>`;
}

function ConnectionBanner() {
  const connected = useStore(isConnected);
  return html`<div role="status">${!connected && html`<div class="banner"><span class="spinner" />${t("common.connection_lost")}</div>`}</div>`;
}

/** The page at `place`: loaded when it is first opened. */
function CurrentPage({ place: shown }) {
  const [Page, setPage] = useState(null);
  const [failure, setFailure] = useState(null);
  const [attempt, setAttempt] = useState(0);
  const [fault, resetFault] = useErrorBoundary((error) => console.error(error));
  const { route } = shown;
  useEffect(() => {
    let isOpen = true;
    setFailure(null);
    if (route) preloadPage(route.name, language.get());
    route?.load().then(
      (module) => isOpen && setPage(() => module.default),
      (error) => isOpen && setFailure(error),
    );
    return () => (isOpen = false);
  }, [route, attempt]);
  if (!route) return html`<${UnknownPage} />`;
  if (fault) return html`<${ErrorBox} error=${fault} onRetry=${resetFault} />`;
  if (failure) return html`<${ErrorBox} error=${failure} onRetry=${() => setAttempt(attempt + 1)} />`;
  if (!Page) return html`<${Loading} />`;
  return html`<${Page} ...${shown.params} query=${shown.query} />`;
}

function UnknownPage() {
  return html`<div class="page"><h1>${t("common.unknown_page")}</h1><p><a href=${makeHash("create")}>${t("common.to_start")}</a></p></div>`;
}
