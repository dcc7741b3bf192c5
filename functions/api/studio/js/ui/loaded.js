import { html, useEffect, useState } from "../../vendor/preact.js";
import { ErrorBox } from "./error_box.js";
import { Loading } from "./loading.js";

const known = new Map();

/**
 * A component whose module is loaded when it is first shown. The other properties are the component's own.
 * @param {{load: () => Promise<Function>}} props `load` imports the module and returns the component; always the same function
 */
export function Loaded({ load, ...props }) {
  const [state, setState] = useState({ failure: null, attempt: 0 });
  const Part = known.get(load);
  useEffect(() => {
    if (known.has(load)) return;
    load().then(
      (component) => {
        known.set(load, component);
        setState((before) => ({ ...before, failure: null }));
      },
      (failure) => setState((before) => ({ ...before, failure })),
    );
  }, [load, state.attempt]);
  if (Part) return html`<${Part} ...${props} />`;
  if (state.failure) return html`<${ErrorBox} error=${state.failure} onRetry=${() => setState({ failure: null, attempt: state.attempt + 1 })} />`;
  return html`<${Loading} />`;
}
